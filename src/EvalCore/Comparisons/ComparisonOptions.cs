using System.ComponentModel;
using System.Globalization;
using EvalCore.Options;
using EvalCore.Statistics;

namespace EvalCore.Comparisons;

/// <summary>How two runs are compared: the flags of <c>evalcore compare</c>.</summary>
public sealed class ComparisonOptions
{
    /// <summary>What the runs are compared by.</summary>
    [Description("what is compared; the sequential test of another metric than success is the sign-flip test")]
    public ComparisonMetric Metric { get; set; } = ComparisonMetric.Success;

    /// <summary>The probability of a false verdict over the whole comparison, between 0 and 1.</summary>
    [Description("the probability of a false verdict over the whole comparison, between 0 and 1")]
    public double Alpha { get; set; } = 0.05;

    /// <summary>The number of planned pairs; null for those that both runs have.</summary>
    [Placeholder("N")]
    [Description("the planned number of episodes, of which these are the first; without it, the common ones")]
    public int? NPlanned { get; set; }

    /// <summary>The most planned episodes: the sequential tests keep a number for each.</summary>
    internal const int MostPlanned = 1_000_000;

    /// <summary>The smallest drop of the success rate that counts, in percentage points.</summary>
    [Placeholder("POINTS")]
    [Description("the smallest drop of the success rate that counts, in percentage points")]
    public double Margin { get; set; } = 10;

    /// <summary>The lowest and the highest value of a metric other than success; null for the suite's own.</summary>
    [Placeholder("LOW,HIGH")]
    [Description("the lowest and the highest possible value of the metric; without it, the suite's own where it has one")]
    public string? Range { get; set; }

    /// <summary>The metric's name, as the flag has it.</summary>
    internal string MetricName => (string)OptionReader.ToJson(Metric)!;

    /// <summary>Checks the values.</summary>
    /// <exception cref="EvalCoreException">A value is out of range; the message names the flag.</exception>
    public void Validate()
    {
        if (!(Alpha is > 0 and < 1))
            throw new EvalCoreException($"--alpha: {Text(Alpha)} is not possible; give a probability between 0 and 1, for example 0.05");
        if (!(Margin is > 0 and < 100))
            throw new EvalCoreException($"--margin: {Text(Margin)} is not possible; give percentage points between 0 and 100, for example 10");
        if (Margin < 1)
            throw new EvalCoreException($"--margin: {Text(Margin)} is less than 1 percentage point; it is in points, for example 10");
        if (NPlanned < 1)
            throw new EvalCoreException($"--n_planned: {NPlanned} is not possible; give a number of episodes, 1 or more");
        if (NPlanned > MostPlanned)
            throw new EvalCoreException($"--n_planned: {NPlanned} is not possible; give at most {MostPlanned}");
        _ = ReadRange();
    }

    /// <summary>The range that the flag gives; null without it.</summary>
    /// <exception cref="EvalCoreException">It is not two numbers, the lower one first.</exception>
    internal Interval? ReadRange()
    {
        if (Range is null)
            return null;
        return Range.Split(',') is [var low, var high]
            && OptionReader.TryNumber(low.Trim(), typeof(double), out object? from) && OptionReader.TryNumber(high.Trim(), typeof(double), out object? to)
            && (double)from < (double)to
            ? new Interval((double)from, (double)to)
            : throw new EvalCoreException($"--range: '{Range}' is not two numbers, the lower one first; for example --range=0,1");
    }

    /// <summary>A number for a message.</summary>
    internal static string Text(double value) => value.ToString(CultureInfo.InvariantCulture);
}
