using EvalCore.Statistics.Sequential;

namespace EvalCore.Planning;

/// <summary>
/// How many episodes a comparison needs. Numbers of episodes are of one run: the baseline has as many, which are played once. Null
/// where 20,000 are not enough.
/// </summary>
public sealed class EvaluationPlan
{
    private const int Most = 20_000;
    private const int MostRepetitions = 2000;

    private EvaluationPlan(PlanOptions options, double rate) => (Options, Rate) = (options, rate);

    /// <summary>What is to be shown.</summary>
    public PlanOptions Options { get; }

    /// <summary>The success rate of the policy that is compared with, from 0 to 1.</summary>
    public double Rate { get; }

    /// <summary>The pairs with which McNemar's test, of a fixed number, shows the drop.</summary>
    public int? Paired { get; private init; }

    /// <summary>The episodes of each of two runs with different seeds with which Fisher's test shows it.</summary>
    public int? Unpaired { get; private init; }

    /// <summary>The planned pairs with which the gate, which stops early, shows it.</summary>
    public int? Gate { get; private init; }

    /// <summary>What the gate does where the drop is there; null without <see cref="Gate"/>.</summary>
    public GateFigures? WithDrop { get; private init; }

    /// <summary>What it does where the other policy is as good; null without <see cref="Gate"/>.</summary>
    public GateFigures? WithoutDrop { get; private init; }

    /// <summary>The pairs after which the margin test excludes the drop where nothing was changed: all pairs are alike.</summary>
    public int Unchanged { get; private init; }

    /// <summary>The pairs with which the margin test excludes the drop for another policy that is as good.</summary>
    public int? AsGood { get; private init; }

    /// <summary>Plans a comparison.</summary>
    /// <param name="options">What is to be shown.</param>
    /// <param name="rate">The success rate of the policy that is compared with, from 0 to 1.</param>
    /// <param name="cancellation">Stops it.</param>
    public static EvaluationPlan Of(PlanOptions options, double rate, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(options);
        double drop = options.Drop / 100, alpha = options.Alpha, shared = options.SharedLuck / 100, worse = Math.Max(0, rate - drop);
        PairRates dropped = PairRates.Of(rate, worse, shared), equal = PairRates.Of(rate, rate, shared);
        int? paired = Smallest(count => PairedPower.Of(dropped, count, alpha), options.Power, cancellation);

        var gate = new GateSimulation(alpha, drop);
        int? planned = paired is null ? null : Simulated(gate, dropped, paired.Value, figures => figures.Failed);
        var margin = new GateSimulation(alpha, drop, signTest: false);
        int unchanged = MarginTest.FewestEqualPairs(drop, alpha);
        return new EvaluationPlan(options, rate)
        {
            Paired = paired,
            Unpaired = Smallest(count => UnpairedPower.Of(rate, worse, count, alpha), options.Power, cancellation),
            Gate = planned,
            WithDrop = planned is null ? null : gate.Run(dropped, planned.Value, Repetitions(dropped, planned.Value), cancellation),
            WithoutDrop = planned is null ? null : gate.Run(equal, planned.Value, Repetitions(equal, planned.Value), cancellation),
            Unchanged = unchanged,
            AsGood = equal.Discordant == 0 ? unchanged : Simulated(margin, equal, unchanged, figures => figures.Passed),
        };

        int? Simulated(GateSimulation simulation, PairRates pairs, int from, Func<GateFigures, double> share)
        {
            // The same random numbers for each count: the share grows with it, but for single comparisons.
            return Smallest(count => share(simulation.Run(pairs, count, Repetitions(pairs, count), cancellation)), options.Power, cancellation, from, precision: 50);
        }
    }

    /// <summary>The smallest count with a power, to half a percent of it, or to two percent where it is simulated; null where there is none.</summary>
    private static int? Smallest(Func<int, double> power, double wanted, CancellationToken cancellation, int from = 1, int precision = 200)
    {
        int low = 0, high = from;
        while (power(high) < wanted)
        {
            cancellation.ThrowIfCancellationRequested();
            if (high == Most)
                return null;
            (low, high) = (high, Math.Min(Most, Math.Max(high + 1, high * 3 / 2)));
        }

        while (high - low > Math.Max(1, high / precision))
        {
            cancellation.ThrowIfCancellationRequested();
            int middle = (low + high) / 2;
            if (middle > 0 && power(middle) >= wanted)
                high = middle;
            else
                low = middle;
        }

        return high;
    }

    /// <summary>The number of comparisons that are simulated: fewer where one takes long, because it has many discordant pairs.</summary>
    private static int Repetitions(PairRates pairs, int planned)
    {
        double discordant = pairs.Discordant * planned, steps = discordant * discordant / 2 + 30.0 * planned;
        return (int)Math.Clamp(1e8 / steps, 200, MostRepetitions);
    }
}
