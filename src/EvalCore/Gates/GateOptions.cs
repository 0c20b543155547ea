using System.ComponentModel;
using System.Globalization;
using System.Text.Json.Serialization;
using EvalCore.Comparisons;
using EvalCore.Options;

namespace EvalCore.Gates;

/// <summary>What a gate demands: the flags of <c>evalcore gate</c> besides those of <c>evalcore eval</c>.</summary>
public sealed class GateOptions
{
    /// <summary>The least success rate over all episodes, in percent; null for none.</summary>
    [Placeholder("PERCENT")]
    [Description("the least success rate over all episodes, in percent")]
    public double? Threshold { get; set; }

    /// <summary>The least success rate of each group of tasks, in percent; null for none.</summary>
    [Placeholder("PERCENT")]
    [Description("the least success rate of each group of tasks, in percent")]
    public double? GroupThreshold { get; set; }

    /// <summary>The least success rate of each task, in percent; null for none.</summary>
    [Placeholder("PERCENT")]
    [Description("the least success rate of each task, in percent")]
    public double? TaskThreshold { get; set; }

    /// <summary>The baseline: a file of <c>--update</c>, an output folder, or an <c>eval_info.json</c>; null for none.</summary>
    [Placeholder("FILE|DIR")]
    [Description("the baseline: a file that --update wrote, the output folder of a run, or an eval_info.json, also one of lerobot-eval; default baselines/<policy>/<suite>.json")]
    public string? Baseline { get; set; }

    /// <summary>The smallest drop of the success rate that counts, in percentage points.</summary>
    [Placeholder("POINTS")]
    [Description("the smallest drop from the baseline that counts, in percentage points")]
    public double Margin { get; set; } = 10;

    /// <summary>The probability of each error of a comparison with a baseline, between 0 and 1.</summary>
    [Description("the probability that a policy which is not worse fails, and that one which lost the margin passes; between 0 and 1")]
    public double Alpha { get; set; } = 0.05;

    /// <summary>Whether the run stops as soon as its verdict is certain.</summary>
    [Description("stop as soon as the verdict is certain; false plays all episodes, for the same verdict")]
    public bool StopEarly { get; set; } = true;

    /// <summary>Whether the gate may pass although episodes could not be played.</summary>
    [Description("let the gate pass although episodes could not be played (errors); the others decide")]
    public bool AllowErrors { get; set; }

    /// <summary>Whether a baseline is written.</summary>
    [Description("play all episodes, and write them as the baseline")]
    public bool Update { get; set; }

    /// <summary>Whether there is a threshold.</summary>
    [JsonIgnore]
    public bool HasThreshold => (Threshold ?? GroupThreshold ?? TaskThreshold) is not null;

    /// <summary>The options of a comparison with the baseline.</summary>
    /// <param name="planned">The number of planned pairs.</param>
    internal ComparisonOptions Comparison(int? planned) => new() { Alpha = Alpha, Margin = Margin, NPlanned = planned };

    /// <summary>Checks the values.</summary>
    /// <exception cref="EvalCoreException">A value is out of range, or two flags exclude each other; the message names them.</exception>
    public void Validate()
    {
        Check("--threshold", Threshold);
        Check("--group_threshold", GroupThreshold);
        Check("--task_threshold", TaskThreshold);
        Comparison(null).Validate();
        if (HasThreshold && Update)
            throw new EvalCoreException("--update and a threshold exclude each other: a baseline is written of all episodes, whatever their success rate; give one of them");
        if (HasThreshold && Baseline is not null)
            throw new EvalCoreException("--baseline and a threshold exclude each other: a gate compares with one of them; give one of them");
    }

    /// <summary>Checks a threshold.</summary>
    /// <param name="source">Where it comes from, for the message.</param>
    /// <param name="percent">The threshold; null for none.</param>
    /// <exception cref="EvalCoreException">It is not a percentage.</exception>
    internal static void Check(string source, double? percent)
    {
        if (percent is not { } value)
            return;
        string text = value.ToString(CultureInfo.InvariantCulture);
        if (value is not (>= 0 and <= 100))
            throw new EvalCoreException($"{source}: '{text}' is not a percentage from 0 to 100");
        if (value is > 0 and < 1)
            throw new EvalCoreException($"{source}: '{text}' is less than 1 percent; thresholds are in percent, for example 90");
    }
}
