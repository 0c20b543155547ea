using EvalCore.Statistics;

namespace EvalCore.Planning;

/// <summary>
/// The power of Fisher's exact one-sided test of two runs with different seeds and the same number of episodes: a sum over the
/// successes of both, which are binomial. Boschloo's test, which a comparison uses, rejects wherever Fisher's does, and a little more.
/// </summary>
public static class UnpairedPower
{
    /// <summary>The probability that the test shows that the second is worse.</summary>
    /// <param name="first">The first's success rate, from 0 to 1.</param>
    /// <param name="second">The second's success rate, from 0 to 1.</param>
    /// <param name="count">The number of episodes of each.</param>
    /// <param name="alpha">The level, between 0 and 1.</param>
    public static double Of(double first, double second, int count, double alpha)
    {
        Binomial one = new(count, first), other = new(count, second);
        double[] atMost = new double[count + 1];
        double sum = 0;
        for (int k = 0; k <= count; k++)
            atMost[k] = sum += Math.Exp(other.LogProbability(k));

        double power = 0;
        int critical = -1;
        for (int k = 0; k <= count; k++)
        {
            double weight = Math.Exp(one.LogProbability(k));
            if (weight < 1e-15)
                continue;

            // The more successes of the first, the more of the second are still too few.
            while (critical < k && AtLeast(k, k + critical + 1, count) <= alpha)
                critical++;
            if (critical >= 0)
                power += weight * atMost[critical];
        }

        return Math.Min(1, power);
    }

    /// <summary>
    /// Fisher's p-value: the probability that the first has k or more of the successes of both, which is hypergeometric, from the terms
    /// that are not negligible.
    /// </summary>
    internal static double AtLeast(int k, int successes, int count)
    {
        double term = Math.Exp(Gamma.LogChoose(count, k) + Gamma.LogChoose(count, successes - k) - Gamma.LogChoose(2 * count, successes)), sum = 0;
        int most = Math.Min(count, successes);

        // Below the mean the terms grow at first.
        for (int i = k; i <= most && (term > sum * 1e-17 || 2 * i < successes); i++)
        {
            sum += term;
            term *= (double)(count - i) * (successes - i) / ((i + 1.0) * (count - successes + i + 1.0));
        }

        return Math.Min(1, sum);
    }
}
