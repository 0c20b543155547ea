namespace EvalCore.Statistics.Intervals;

/// <summary>
/// The Wilson score interval of a success rate, two-sided and without continuity correction. With k successes in n
/// trials, p = k / n and the normal quantile z of (1 + level) / 2, its bounds are
/// (p + z² / 2n ± z √(p (1 - p) / n + z² / 4n²)) / (1 + z² / n).
/// (E. B. Wilson, "Probable inference, the law of succession, and statistical inference", Journal of the American
/// Statistical Association 22, 1927; LeRobot 0.7, <c>utils/eval_stats.py</c>.)
/// </summary>
public static class WilsonInterval
{
    /// <summary>Computes the interval, as rates from 0 to 1; NaN for both bounds without trials.</summary>
    /// <param name="successes">The number of successes, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The number of trials.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(int successes, int trials, double level = 0.95)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        double z = StandardNormal.Quantile(0.5 + level / 2);
        if (trials == 0)
            return new Interval(double.NaN, double.NaN);

        double n = trials, p = successes / n, denominator = 1 + z * z / n;
        double center = (p + z * z / (2 * n)) / denominator;
        double halfWidth = z * Math.Sqrt(p * (1 - p) / n + z * z / (4 * n * n)) / denominator;

        // The bounds are exact at rates of 0 and 1, where rounding would leave 1e-17.
        return new Interval(
            successes == 0 ? 0 : Math.Max(0, center - halfWidth),
            successes == trials ? 1 : Math.Min(1, center + halfWidth));
    }
}
