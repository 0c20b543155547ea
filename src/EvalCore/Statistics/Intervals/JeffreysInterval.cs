namespace EvalCore.Statistics.Intervals;

/// <summary>
/// The interval of a success rate between two quantiles of Beta(k + 1/2, n - k + 1/2), the posterior of Jeffreys's prior; not
/// widened to 0 and 1 at no success and no failure, as in statsmodels.
/// (L. D. Brown, T. T. Cai and A. DasGupta, "Interval estimation for a binomial proportion", Statistical Science 16, 2001.)
/// </summary>
public static class JeffreysInterval
{
    /// <summary>Computes the interval, as rates from 0 to 1.</summary>
    /// <param name="successes">The number of successes, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The number of trials.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(int successes, int trials, double level = 0.95)
    {
        ClopperPearsonInterval.Check(successes, trials, level);
        double tail = 0.5 - level / 2;
        return new Interval(
            new Beta(successes + 0.5, trials - successes + 0.5).Quantile(tail),
            1 - new Beta(trials - successes + 0.5, successes + 0.5).Quantile(tail));
    }
}
