using EvalCore.Statistics.Sequential;

namespace EvalCore.Planning;

/// <summary>
/// Simulates comparisons that stop early. When the sequential sign test stops depends on when the discordant pairs came, so its power
/// has no closed form. The same arguments give the same figures.
/// </summary>
/// <param name="alpha">The probability of a false verdict, between 0 and 1.</param>
/// <param name="margin">The drop that the margin test excludes, between 0 and 1; null for the sign test alone.</param>
/// <param name="signTest">Whether the sign test takes part.</param>
public sealed class GateSimulation(double alpha, double? margin, bool signTest = true)
{
    private const int Bets = 64;

    /// <summary>Simulates comparisons.</summary>
    /// <param name="pairs">How pairs end.</param>
    /// <param name="planned">The planned number of pairs.</param>
    /// <param name="repetitions">The number of comparisons.</param>
    /// <param name="cancellation">Stops it.</param>
    public GateFigures Run(PairRates pairs, int planned, int repetitions, CancellationToken cancellation = default)
    {
        long failed = 0, passed = 0, count = 0;
        Parallel.For(0, repetitions, new ParallelOptions { CancellationToken = cancellation }, repetition =>
        {
            var (verdict, after) = Compare(pairs, planned, new Random(repetition));
            Interlocked.Add(ref count, after);
            if (verdict is true)
                Interlocked.Increment(ref passed);
            else if (verdict is false)
                Interlocked.Increment(ref failed);
        });
        return new GateFigures(repetitions, (double)failed / repetitions, (double)passed / repetitions, (double)count / repetitions);
    }

    private (bool? Passed, int After) Compare(PairRates pairs, int planned, Random random)
    {
        var worse = signTest ? new SequentialSignTest(alpha, planned) : null;
        var within = margin is { } drop ? new Wealth(drop, alpha) : null;
        for (int pair = 1; pair <= planned; pair++)
        {
            double luck = random.NextDouble();
            bool lost = luck < pairs.LossRate, won = !lost && luck < pairs.Discordant;
            if (within?.Add(lost, won) == true)
                return (true, pair);
            if (worse?.Add(!won, !lost) == true)
                return (false, pair);
        }

        return (null, planned);
    }

    /// <summary>The wealth of <see cref="MarginTest"/>, in numbers instead of logarithms: forty times faster, and below 1 / alpha it does not overflow.</summary>
    private sealed class Wealth(double margin, double alpha)
    {
        private readonly double[] _wealths = [.. Enumerable.Repeat(1.0 / Bets, Bets)];

        /// <summary>Adds a pair, and says whether the drop is excluded.</summary>
        public bool Add(bool lost, bool won)
        {
            double x = margin - (lost ? 1 : won ? -1 : 0), step = x / (Bets * (1 - margin)), sum = 0;
            for (int g = 0; g < Bets; g++)
                sum += _wealths[g] *= 1 + (g + 0.5) * step;
            return sum >= 1 / alpha;
        }
    }
}
