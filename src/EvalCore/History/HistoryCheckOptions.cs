using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Comparisons;
using EvalCore.Options;

namespace EvalCore.History;

/// <summary>What counts as a drop and as a slowdown: the flags of <c>evalcore history check</c>.</summary>
public sealed class HistoryCheckOptions
{
    /// <summary>The earlier run that the last one is compared with.</summary>
    [Description("check: the earlier run that the last one is compared with")]
    public EarlierRun Against { get; set; } = EarlierRun.Previous;

    /// <summary>The probability of a false alarm over all success rates, between 0 and 1.</summary>
    [Description("check: the probability of a false alarm over all success rates, between 0 and 1")]
    public double Alpha { get; set; } = 0.05;

    /// <summary>The smallest slowdown that counts, in percent.</summary>
    [Placeholder("PERCENT")]
    [Description("check: the smallest slowdown that counts")]
    [Range(0.0, 1000.0)]
    public double Slowdown { get; set; } = 10;

    /// <summary>How two runs are compared.</summary>
    internal ComparisonOptions Comparison => new() { Alpha = Alpha };

    /// <summary>Checks the values.</summary>
    /// <exception cref="EvalCoreException">A value is out of range; the message names the flag.</exception>
    public void Validate()
    {
        Comparison.Validate();
        OptionProperty.Check(this);
    }
}
