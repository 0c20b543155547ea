namespace EvalCore.Statistics.Sequential;

/// <summary>
/// The test of "the second policy lost less than a margin" on paired episodes: it rejects "the drop in success rate is the margin or
/// more", may look after every pair without a planned number, and is wrong with a probability of at most alpha.
/// <para>
/// It bets against the drop. With x = margin - (first - second), successes as 0 and 1, the wealth is the mean over g = 1 to 64 of the
/// product over the pairs of 1 + λ x, with λ = (g - 1/2) / (64 (1 - margin)). While the drop is the margin or more, the expected wealth
/// never grows above 1, so it reaches 1 / alpha with a probability of at most alpha.
/// (I. Waudby-Smith and A. Ramdas, "Estimating means of bounded random variables by betting", Journal of the Royal Statistical Society B
/// 86, 2024.)
/// </para>
/// </summary>
public sealed class MarginTest
{
    private const int Bets = 64;

    private readonly double _margin;
    private readonly double _logLimit;
    private readonly double[] _logWealths = new double[Bets];

    /// <summary>Makes a test.</summary>
    /// <param name="margin">The smallest drop that counts, as a share: between 0 and 1.</param>
    /// <param name="alpha">The probability that a drop of the margin or more passes, between 0 and 1.</param>
    public MarginTest(double margin, double alpha)
    {
        if (!(margin is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(margin), margin, "A margin between 0 and 1 is needed.");
        if (!(alpha is > 0 and < 1))
            throw new ArgumentOutOfRangeException(nameof(alpha), alpha, "A probability between 0 and 1 is needed.");
        (_margin, _logLimit) = (margin, -Math.Log(alpha));
    }

    /// <summary>The number of pairs after which it stops where all are equal, the fewest with which nothing changed can pass.</summary>
    /// <inheritdoc cref="MarginTest(double, double)"/>
    public static int FewestEqualPairs(double margin, double alpha)
    {
        var test = new MarginTest(margin, alpha);
        int pairs = 1;
        while (!test.Add(true, true))
            pairs++;
        return pairs;
    }

    /// <summary>The natural logarithm of the wealth so far.</summary>
    public double LogWealth { get; private set; }

    /// <summary>Whether the test has stopped: the drop is smaller than the margin.</summary>
    public bool HasRejected { get; private set; }

    /// <summary>Adds a pair.</summary>
    /// <param name="first">Whether the first succeeded.</param>
    /// <param name="second">Whether the second succeeded.</param>
    /// <param name="looks">Whether the test may stop at this pair. False where further pairs belong to it: those of a round over several tasks.</param>
    /// <returns>Whether the test has stopped, at this pair or before.</returns>
    public bool Add(bool first, bool second, bool looks = true)
    {
        double x = _margin - ((first ? 1 : 0) - (second ? 1 : 0));
        var sum = new LogSum();
        for (int g = 0; g < Bets; g++)
        {
            double lambda = (g + 0.5) / (Bets * (1 - _margin));
            _logWealths[g] += Math.Log(1 + lambda * x);
            sum.Add(_logWealths[g]);
        }

        LogWealth = sum.Value - Math.Log(Bets);
        return HasRejected |= looks && LogWealth >= _logLimit;
    }
}
