using EvalCore.Statistics.Intervals;

namespace EvalCore.Statistics.Unpaired;

/// <summary>
/// The interval of the difference of two success rates, first minus second, from the Wilson limits of both: method 10 of the paper.
/// (R. G. Newcombe, "Interval estimation for the difference between independent proportions: comparison of eleven methods",
/// Statistics in Medicine 17, 1998.)
/// </summary>
public static class NewcombeInterval
{
    /// <summary>Computes the interval, from -1 to 1; NaN for both bounds where a policy has no episode.</summary>
    /// <param name="outcomes">The outcomes.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(UnpairedOutcomes outcomes, double level = 0.95)
    {
        var (low1, high1) = WilsonInterval.Of(outcomes.Successes1, outcomes.Trials1, level);
        var (low2, high2) = WilsonInterval.Of(outcomes.Successes2, outcomes.Trials2, level);
        double rate1 = outcomes.Rate1, rate2 = outcomes.Rate2, difference = rate1 - rate2;
        return new Interval(
            difference - double.Hypot(rate1 - low1, high2 - rate2),
            difference + double.Hypot(high1 - rate1, rate2 - low2));
    }
}
