using EvalCore.Statistics;

namespace EvalCore.Planning;

/// <summary>
/// The power of McNemar's exact one-sided test with a fixed number of pairs: a sum over the number of discordant pairs, which is
/// binomial, and over those that the second lost, which is binomial given their number.
/// </summary>
public static class PairedPower
{
    /// <summary>What is left out of the sums: numbers that are as improbable as this many standard deviations.</summary>
    private const double Deviations = 9;

    /// <summary>The probability that the test shows that the second is worse.</summary>
    /// <param name="pairs">How pairs end.</param>
    /// <param name="count">The number of pairs.</param>
    /// <param name="alpha">The level, between 0 and 1.</param>
    public static double Of(PairRates pairs, int count, double alpha)
    {
        if (pairs.Discordant <= 0)
            return 0;
        var discordant = new Binomial(count, pairs.Discordant);
        double mean = count * pairs.Discordant, reach = Deviations * Math.Sqrt(mean * (1 - pairs.Discordant)) + 10;
        double loss = pairs.LossRate / pairs.Discordant, power = 0;
        int first = (int)Math.Max(0, mean - reach), last = (int)Math.Min(count, mean + reach), critical = first / 2;
        for (int m = first; m <= last; m++)
        {
            // The critical count never falls as the number of discordant pairs grows.
            while (critical <= m && AtLeast(m, 0.5, critical) > alpha)
                critical++;
            if (critical <= m)
                power += Math.Exp(discordant.LogProbability(m)) * AtLeast(m, loss, critical);
        }

        return Math.Min(1, power);
    }

    /// <summary>The probability of k successes or more, from the terms that are not negligible.</summary>
    internal static double AtLeast(int trials, double rate, int k)
    {
        if (k <= 0)
            return 1;
        if (k > trials || rate <= 0)
            return 0;
        if (rate >= 1)
            return 1;
        double odds = rate / (1 - rate), sum = 0;
        if (k <= trials * rate)
        {
            double below = Math.Exp(new Binomial(trials, rate).LogProbability(k - 1));
            for (int i = k - 1; i >= 0 && below > sum * 1e-17; below *= i / ((trials - i + 1) * odds), i--)
                sum += below;
            return Math.Max(0, 1 - sum);
        }

        double term = Math.Exp(new Binomial(trials, rate).LogProbability(k));
        for (int i = k; i <= trials && term > sum * 1e-17; term *= (trials - i) * odds / (i + 1), i++)
            sum += term;
        return Math.Min(1, sum);
    }
}
