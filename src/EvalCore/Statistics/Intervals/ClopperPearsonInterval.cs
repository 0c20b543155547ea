namespace EvalCore.Statistics.Intervals;

/// <summary>
/// The exact interval of a success rate by Clopper and Pearson: the rates that neither one-sided binomial test rejects. Its bounds
/// are quantiles of Beta(k, n - k + 1) and Beta(k + 1, n - k); it covers the true rate at least as often as its level says.
/// (C. J. Clopper and E. S. Pearson, "The use of confidence or fiducial limits illustrated in the case of the binomial", Biometrika
/// 26, 1934.)
/// </summary>
public static class ClopperPearsonInterval
{
    /// <summary>Computes the interval, as rates from 0 to 1; NaN for both bounds without trials.</summary>
    /// <param name="successes">The number of successes, from 0 to <paramref name="trials"/>.</param>
    /// <param name="trials">The number of trials.</param>
    /// <param name="level">The confidence level, between 0 and 1.</param>
    public static Interval Of(int successes, int trials, double level = 0.95) =>
        new(Lower(successes, trials, 0.5 + level / 2), Upper(successes, trials, 0.5 + level / 2));

    /// <summary>The one-sided lower bound; NaN without trials.</summary>
    /// <inheritdoc cref="Of"/>
    public static double Lower(int successes, int trials, double level)
    {
        Check(successes, trials, level);
        return trials == 0 ? double.NaN : successes == 0 ? 0 : new Beta(successes, trials - successes + 1).Quantile(1 - level);
    }

    /// <summary>The one-sided upper bound; NaN without trials.</summary>
    /// <inheritdoc cref="Of"/>
    public static double Upper(int successes, int trials, double level)
    {
        Check(successes, trials, level);

        // By the mirrored distribution, so that a bound near 1 has as many digits as one near 0.
        return trials == 0 ? double.NaN : successes == trials ? 1 : 1 - new Beta(trials - successes, successes + 1).Quantile(1 - level);
    }

    /// <summary>Checks the arguments of an interval of a rate.</summary>
    internal static void Check(int successes, int trials, double level)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(successes);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(successes, trials);
        if (!(level is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(level), level, "A level between 0 and 1 is needed.");
    }
}
