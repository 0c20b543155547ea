using EvalCore.Statistics;
using EvalCore.Statistics.Paired;
using EvalCore.Statistics.Unpaired;

namespace EvalCore.Comparisons;

/// <summary>The success rates of two runs on a task, a group of tasks, or all of them.</summary>
/// <param name="Name">The task or group; empty for all.</param>
/// <param name="A">The first run.</param>
/// <param name="B">The second run.</param>
/// <param name="Outcomes">The outcomes of the pairs; null for unpaired runs.</param>
/// <param name="Sequential">The sequential tests; null for unpaired runs.</param>
public sealed record RateComparison(string Name, RunSummary A, RunSummary B, PairedOutcomes? Outcomes, SequentialComparison? Sequential)
{
    /// <summary>The success rate of the second minus that of the first, from -1 to 1.</summary>
    public double Difference => B.Rate - A.Rate;

    /// <summary>The 95 % interval of the difference: Tango's for pairs, else Newcombe's.</summary>
    public Interval Interval95 => Outcomes is { } outcomes
        ? TangoInterval.Of(outcomes)
        : NewcombeInterval.Of(new UnpairedOutcomes(B.Successes, B.Episodes, A.Successes, A.Episodes));

    /// <summary>The p-value for "the second is worse": McNemar's for pairs, else Boschloo's, whose cost grows with the product of the numbers of episodes.</summary>
    public double PWorse { get; } = Outcomes is { } outcomes
        ? McNemarTest.SecondWorse(outcomes)
        : BoschlooTest.PValue(new UnpairedOutcomes(A.Successes, A.Episodes, B.Successes, B.Episodes), Alternative.Greater);

    /// <summary>The outcomes as of unrelated episodes.</summary>
    internal UnpairedOutcomes Unpaired => new(A.Successes, A.Episodes, B.Successes, B.Episodes);
}
