using System.ComponentModel;
using System.Globalization;
using EvalCore.Options;

namespace EvalCore.Planning;

/// <summary>What is to be shown: the flags of <c>evalcore plan</c>.</summary>
public sealed class PlanOptions
{
    /// <summary>The success rate of the policy that is compared with, in percent; null for that of a run.</summary>
    [Placeholder("PERCENT")]
    [Description("the success rate of the policy to compare with, in percent; without it, that of --run")]
    public double? Rate { get; set; }

    /// <summary>The drop of the success rate that is to be seen, in percentage points.</summary>
    [Placeholder("POINTS")]
    [Description("the drop of the success rate that is to be seen, in percentage points")]
    public double Drop { get; set; } = 10;

    /// <summary>The probability that the drop is shown.</summary>
    [Description("the probability that such a drop is shown, between 0 and 1")]
    public double Power { get; set; } = 0.8;

    /// <summary>The probability of a false verdict.</summary>
    [Description("the probability of a false verdict, between 0 and 1")]
    public double Alpha { get; set; } = 0.05;

    /// <summary>The percentage of paired episodes in which both policies share their luck.</summary>
    [Placeholder("PERCENT")]
    [Description("the share of paired episodes in which both policies share their luck, in percent; 0 for unrelated ones")]
    public double SharedLuck { get; set; } = 40;

    /// <summary>Checks the values.</summary>
    /// <exception cref="EvalCoreException">A value is out of range; the message names the flag.</exception>
    public void Validate()
    {
        if (Rate is not null and not (> 0 and <= 100))
            throw new EvalCoreException($"--rate: {Text(Rate.Value)} is not possible; give percent, above 0 and at most 100, for example 80");
        if (!(Drop is >= 1 and < 100))
            throw new EvalCoreException($"--drop: {Text(Drop)} is not possible; give percentage points, from 1 to below 100, for example 10");
        if (Rate is { } rate && Drop > rate)
            throw new EvalCoreException($"--drop: from {Text(rate)} % the rate cannot drop by {Text(Drop)} points; give a smaller drop");
        if (!(Power is > 0 and < 1))
            throw new EvalCoreException($"--power: {Text(Power)} is not possible; give a probability between 0 and 1, for example 0.8");
        if (!(Alpha is > 0 and < 1))
            throw new EvalCoreException($"--alpha: {Text(Alpha)} is not possible; give a probability between 0 and 1, for example 0.05");
        if (Power <= Alpha)
            throw new EvalCoreException($"--power: {Text(Power)} is not above --alpha ({Text(Alpha)}); give a larger probability, for example 0.8");
        if (!(SharedLuck is >= 0 and <= 100))
            throw new EvalCoreException($"--shared_luck: {Text(SharedLuck)} is not possible; give percent, from 0 to 100");
    }

    private static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
