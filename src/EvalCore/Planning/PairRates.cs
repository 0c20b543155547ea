namespace EvalCore.Planning;

/// <summary>
/// How pairs of episodes of two policies end. Of some pairs the policies share their luck: an episode that the one fails is one that
/// the other fails too, except for the difference of their success rates. The other pairs are as unrelated as episodes of different
/// seeds. What deterministic episodes of related policies share lies between, and is measured: see <c>evalcore compare</c>.
/// </summary>
/// <param name="LossRate">The probability that only the first succeeds.</param>
/// <param name="WinRate">The probability that only the second succeeds.</param>
public readonly record struct PairRates(double LossRate, double WinRate)
{
    /// <summary>The probability that one succeeds and the other fails.</summary>
    public double Discordant => LossRate + WinRate;

    /// <summary>The pairs of two policies.</summary>
    /// <param name="first">The first's success rate, from 0 to 1.</param>
    /// <param name="second">The second's success rate, from 0 to 1.</param>
    /// <param name="shared">The share of pairs that share their luck, from 0 to 1.</param>
    public static PairRates Of(double first, double second, double shared) => new(
        shared * Math.Max(0, first - second) + (1 - shared) * first * (1 - second),
        shared * Math.Max(0, second - first) + (1 - shared) * (1 - first) * second);
}
