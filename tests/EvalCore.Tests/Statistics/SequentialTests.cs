using System.Text.Json.Nodes;
using EvalCore.Statistics.Sequential;
using static EvalCore.Tests.Statistics.ReferenceRows;

namespace EvalCore.Tests.Statistics;

public sealed class SequentialTests
{
    [Fact]
    public void The_sign_test_follows_the_reference() => Assert.All(Of("sequential_paired.json"), row =>
    {
        bool[] first = Outcomes(row["first"]), second = Outcomes(row["second"]);
        int planned = (int)row["n_planned"]!;
        double alpha = (double)row["alpha"]!;
        var path = row["path_second_worse"]!.AsArray();
        var worse = new SequentialSignTest(alpha, planned);
        int? stop = null;
        for (int t = 0; t < first.Length && stop is null; t++)
        {
            if (worse.Add(first[t], second[t]))
                stop = t + 1;
            if (t < path.Count)
            {
                Assert.Equal(((int)path[t]![0]!, (int)path[t]![1]!, (int?)path[t]![2]), (worse.Discordant, worse.Losses, worse.Critical));
                Near(path[t]![3], worse.Spent);
            }
        }

        Assert.Equal((int?)row["second_worse_stop"], stop);
        var better = new SequentialSignTest(alpha, planned);
        Assert.Equal((int?)row["second_better_stop"], Stop(first.Length, t => better.Add(second[t], first[t])));
    });

    [Fact]
    public void The_e_process_of_pairs_follows_the_reference() => Assert.All(Of("sequential_paired.json"), row =>
    {
        bool[] first = Outcomes(row["first"]), second = Outcomes(row["second"]);
        var expected = row["log_e_second_worse"]!.AsArray();
        int losses = 0, wins = 0;
        for (int t = 0; t < expected.Count; t++)
        {
            losses += first[t] && !second[t] ? 1 : 0;
            wins += !first[t] && second[t] ? 1 : 0;
            NearLog(expected[t], EProcess.LogSecondWorse(losses, wins));
        }
    });

    [Fact]
    public void The_sign_flip_test_follows_the_reference() => Assert.All(Of("sequential_reward.json"), row =>
    {
        double[] first = Numbers(row["first"]), second = Numbers(row["second"]);
        int planned = (int)row["n_planned"]!;
        var (alpha, low, high) = ((double)row["alpha"]!, (double)row["low"]!, (double)row["high"]!);
        var path = row["path_second_worse"]!.AsArray();
        var worse = new SequentialSignFlipTest(alpha, planned, low, high);
        int? stop = null;
        for (int t = 0; t < first.Length && stop is null; t++)
        {
            int before = worse.Sum;
            if (worse.Add(first[t], second[t]))
                stop = t + 1;
            Assert.Equal(-(int)row["levels"]![t]!, worse.Sum - before);
            if (t < path.Count)
            {
                Assert.Equal(((int)path[t]![0]!, (int)path[t]![1]!, (int?)path[t]![2]), (worse.Pairs, worse.Sum, worse.Critical));
                Near(path[t]![3], worse.Spent);
            }
        }

        Assert.Equal((int?)row["second_worse_stop"], stop);
        var better = new SequentialSignFlipTest(alpha, planned, low, high);
        Assert.Equal((int?)row["second_better_stop"], Stop(first.Length, t => better.Add(second[t], first[t])));
    });

    [Fact]
    public void With_rewards_of_0_and_1_the_sign_flip_test_is_the_sign_test()
    {
        var random = new Random(5);
        for (int run = 0; run < 50; run++)
        {
            var signs = new SequentialSignTest(0.05, 100);
            var flips = new SequentialSignFlipTest(0.05, 100, 0, 1);
            for (int t = 0; t < 100; t++)
            {
                bool first = random.NextDouble() < 0.8, second = random.NextDouble() < 0.5;
                Assert.Equal(signs.Add(first, second), flips.Add(first ? 1 : 0, second ? 1 : 0));
            }
        }
    }

    [Fact]
    public void A_threshold_is_decided_where_the_reference_decides() => Assert.All(Of("sequential_threshold.json"), row =>
    {
        bool[] outcomes = Outcomes(row["outcomes"]);
        var gate = new Curtailment((double)row["threshold"]!, (int)row["n_planned"]!);
        Assert.Equal((int)row["needed"]!, gate.Needed);
        Assert.Equal((int?)row["decided_after"], Stop(outcomes.Length, t => gate.Add(outcomes[t]) is not null));
        Assert.Equal((string)row["verdict"]! == "pass", gate.Passed);
    });

    [Theory]
    [InlineData(0.29, 100, 29)]
    [InlineData(0.07, 100, 7)]
    [InlineData(0.7, 50, 35)]
    [InlineData(0.701, 50, 36)]
    [InlineData(0, 50, 0)]
    [InlineData(1, 50, 50)]
    public void The_needed_successes_are_not_moved_by_rounding(double threshold, int planned, int needed) =>
        Assert.Equal(needed, new Curtailment(threshold, planned).Needed);

    [Fact]
    public void The_e_processes_of_a_threshold_follow_the_reference() => Assert.All(Of("sequential_threshold.json"), row =>
    {
        bool[] outcomes = Outcomes(row["outcomes"]);
        double threshold = (double)row["threshold"]!;
        var below = row["log_e_below"]!.AsArray();
        int successes = 0;
        for (int t = 0; t < below.Count; t++)
        {
            successes += outcomes[t] ? 1 : 0;
            NearLog(below[t], EProcess.LogBelow(successes, t + 1, threshold));
            NearLog(row["log_e_above"]![t], EProcess.LogAbove(successes, t + 1, threshold));
        }
    });

    [Fact]
    public void The_margin_test_follows_the_reference() => Assert.All(Of("sequential_margin.json"), row =>
    {
        bool[] first = Outcomes(row["first"]), second = Outcomes(row["second"]);
        var expected = row["log_wealth"]!.AsArray();
        var test = new MarginTest((double)row["margin"]!, (double)row["alpha"]!);
        int? stop = null;
        for (int t = 0; t < first.Length; t++)
        {
            if (test.Add(first[t], second[t]) && stop is null)
                stop = t + 1;
            if (t < expected.Count)
                NearLog(expected[t], test.LogWealth);
        }

        Assert.Equal((int?)row["within_margin_stop"], stop);
    });

    [Fact]
    public void A_test_takes_no_more_pairs_than_planned()
    {
        var test = new SequentialSignTest(0.05, 1);
        test.Add(true, true);
        Assert.Throws<InvalidOperationException>(() => test.Add(true, true));
    }

    /// <summary>Equal rates, unrelated pairs: at most alpha and three standard errors of the simulation.</summary>
    [Theory]
    [InlineData(0.05, 50)]
    [InlineData(0.5, 50)]
    [InlineData(0.9, 50)]
    [InlineData(0.05, 200)]
    [InlineData(0.5, 200)]
    [InlineData(0.9, 200)]
    public void The_sign_test_gives_false_alarms_at_most_at_its_level(double rate, int planned)
    {
        const int Runs = 2000;
        const double Alpha = 0.05;
        var random = new Random(planned);
        int alarms = 0;
        for (int run = 0; run < Runs; run++)
        {
            var test = new SequentialSignTest(Alpha, planned);
            alarms += Stop(planned, _ => test.Add(random.NextDouble() < rate, random.NextDouble() < rate)) is null ? 0 : 1;
        }

        Assert.InRange((double)alarms / Runs, 0, Alpha + 3 * Math.Sqrt(Alpha * (1 - Alpha) / Runs));
    }

    /// <summary>Rates of 0.7 and 0.8, N = 200: a power of 0.67 and 142 trials on average, as the specification's simulation.</summary>
    [Fact]
    public void The_sign_test_has_the_power_that_was_published_for_it()
    {
        const int Runs = 4000;
        const int Planned = 200;
        var random = new Random(11);
        int alarms = 0;
        long trials = 0;
        for (int run = 0; run < Runs; run++)
        {
            var test = new SequentialSignTest(0.05, Planned);
            int? stop = Stop(Planned, _ => test.Add(random.NextDouble() < 0.8, random.NextDouble() < 0.7));
            alarms += stop is null ? 0 : 1;
            trials += stop ?? Planned;
        }

        Assert.Equal(0.67, (double)alarms / Runs, 0.03);
        Assert.Equal(142, (double)trials / Runs, 3.0);
    }

    /// <summary>A drop of exactly the margin, N = 200: at most alpha and three standard errors.</summary>
    [Fact]
    public void A_drop_of_the_margin_passes_at_most_at_the_level()
    {
        const int Runs = 2000;
        var random = new Random(3);
        int passes = 0;
        for (int run = 0; run < Runs; run++)
        {
            var test = new MarginTest(0.1, 0.05);
            passes += Stop(200, _ => test.Add(random.NextDouble() < 0.8, random.NextDouble() < 0.7)) is null ? 0 : 1;
        }

        Assert.InRange((double)passes / Runs, 0, 0.05 + 3 * Math.Sqrt(0.05 * 0.95 / Runs));
    }

    private static int? Stop(int count, Func<int, bool> stops)
    {
        for (int t = 0; t < count; t++)
        {
            if (stops(t))
                return t + 1;
        }

        return null;
    }

    /// <summary>Compares the values that two logarithms stand for, to 1e-9.</summary>
    private static void NearLog(JsonNode? expected, double actual) => Assert.Equal((double)expected!, actual, 1e-9);

    private static double[] Numbers(JsonNode? list) => [.. list!.AsArray().Select(value => (double)value!)];
}
