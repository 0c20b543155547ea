using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Gates;

/// <summary>Gates of runs in which episodes could not be played.</summary>
public sealed class ErrorTests
{
    private const string Reason = "the simulator's process was ended by SIGSEGV in step 9";

    private static readonly EpisodePlan Plan = new(
        [new EnvTask("walk", "walks", 0, "left", ""), new EnvTask("walk", "walks", 1, "right", "")], 10, 0, Shard.Whole);

    [Fact]
    public void A_threshold_that_is_reached_with_errors_does_not_pass()
    {
        var (gate, info) = Threshold(80, allowErrors: false, errors: ["left 3"]);
        Assert.Equal(GateVerdict.Undecided, gate.Verdict);
        Assert.Equal(
            $"undecided: 1 episode could not be played, the first is episode 3 of left ({Reason}); with --allow_errors=true (allow_errors in runsettings.xml) the others decide",
            gate.Conclusion(info));
        Assert.Equal("episodes: 16 of 20 were played, 1 could not be; 3 were not needed, which saved 0.0 s (0.000 s per episode)", gate.Saved(info));
        Assert.Equal(1, (int)gate.ToJson()["n_errors"]!);
    }

    [Fact]
    public void Errors_that_are_allowed_are_in_no_denominator()
    {
        // 16 of 20 are needed, 16 of 19 with an error, and 15 of 18 with two: with 2 failures and 2 errors there are 16 of 18.
        var (gate, info) = Threshold(80, allowErrors: true, errors: ["left 3", "right 4"], failures: ["left 8", "left 9"]);
        Assert.Equal(GateVerdict.Pass, gate.Verdict);
        Assert.EndsWith("; 2 episodes could not be played and are not counted", gate.Conclusion(info), StringComparison.Ordinal);
        Assert.Equal(15, info.Overall.NSuccess);

        var (failed, _) = Threshold(80, allowErrors: true, errors: ["left 3", "right 4"], failures: ["left 0", "left 1", "left 2", "left 4"]);
        Assert.Equal(GateVerdict.Fail, failed.Verdict);
    }

    [Fact]
    public void Failures_that_decide_fail_whatever_the_errors() =>
        Assert.Equal(GateVerdict.Fail, Threshold(80, allowErrors: false, errors: ["left 0"], failures: ["left 1", "left 2", "left 3", "left 4", "left 5"]).Gate.Verdict);

    [Theory]
    [InlineData(0)]
    [InlineData(50)]
    public void A_run_of_errors_alone_never_passes(double threshold)
    {
        string[] all = [.. Plan.Select(Name)];
        var (gate, info) = Threshold(threshold, allowErrors: true, errors: all);
        Assert.Equal(GateVerdict.Undecided, gate.Verdict);
        Assert.Equal($"undecided: 20 episodes could not be played, the first is episode 0 of left ({Reason}), and no other was", gate.Conclusion(info));
        Assert.Empty(gate.Figures(info));
        Assert.Empty(gate.Telling(info));
    }

    [Fact]
    public void A_task_of_errors_alone_does_not_reach_its_threshold()
    {
        var gate = new ThresholdGate(Plan, 0, _ => 0, _ => 50) { AllowsErrors = true };
        EpisodeRecord[] read = [.. Plan.ByIndex().Select(episode => Record(episode, episode.Task.Name == "left" ? Reason : null))];
        foreach (var episode in read)
            gate.Add(episode);
        Assert.Equal((null, true), (gate.IsReached("walk/left"), gate.IsReached("walk/right")));
        Assert.Equal(GateVerdict.Undecided, gate.Verdict);
        Assert.Equal(
            "undecided: walk/left: none of its episodes could be played; 10 episodes could not be played and are not counted", gate.Conclusion(new EvalInfo(read, 0, "", null)));
    }

    [Theory]
    [InlineData(false, GateVerdict.Undecided)]
    [InlineData(true, GateVerdict.Pass)]
    public void A_baseline_is_not_passed_with_errors_unless_they_are_allowed(bool allowErrors, GateVerdict verdict)
    {
        var plan = new EpisodePlan([Plan.Tasks[0]], 200, 0, Shard.Whole);
        var baseline = new EvalInfo(plan.Select(episode => Record(episode)), 0, "", null);
        var gate = new BaselineGate(baseline, "before", plan, new GateOptions { AllowErrors = allowErrors });
        var read = new List<EpisodeRecord>();
        foreach (var episode in plan.ByIndex())
        {
            read.Add(Record(episode, episode.Index == 2 ? Reason : null));
            if (gate.Add(read[^1]))
                break;
        }

        Assert.Equal(verdict, gate.Verdict);
        var info = new EvalInfo(read, 0, "", null);
        Assert.Contains("1 episode could not be played", gate.Conclusion(info), StringComparison.Ordinal);
        Assert.StartsWith(verdict == GateVerdict.Pass ? "pass: " : "undecided: ", gate.Conclusion(info), StringComparison.Ordinal);
    }

    /// <summary>The round of episode k ends with <c>right</c>: where that one is an error the tests look at <c>left</c>, as a comparison does.</summary>
    [Theory]
    [InlineData(true, GateVerdict.Pass)]
    [InlineData(false, GateVerdict.Fail)]
    public void A_round_that_ends_with_an_error_decides_as_in_a_comparison(bool success, GateVerdict verdict)
    {
        var plan = new EpisodePlan(Plan.Tasks, 60, 0, Shard.Whole);
        var baseline = new EvalInfo(plan.Select(episode => Record(episode)), 0, "", null);
        var gate = new BaselineGate(baseline, "before", plan, new GateOptions { AllowErrors = true });
        var read = new List<EpisodeRecord>();
        foreach (var episode in plan.ByIndex())
        {
            read.Add(Record(episode, episode.Task.Name == "right" ? Reason : null, success));
            if (gate.Add(read[^1]))
                break;
        }

        var info = new EvalInfo(read, 0, "", null);
        var comparison = Comparison.Of(baseline, info, new ComparisonOptions { NPlanned = plan.PerTask * 2 });
        Assert.Equal((verdict, verdict), (gate.Verdict, comparison.Verdict));
        Assert.Equal(info.Episodes.Count, comparison.Sequential!.DecidedAfter);
        Assert.InRange(gate.DecidedAfter!.Value, 10, 118);
    }

    /// <summary>Errors in any place: the gate and a comparison of the episodes that it has read say the same.</summary>
    [Fact]
    public void A_gate_with_errors_says_what_a_comparison_says()
    {
        var random = new Random(7);
        for (int run = 0; run < 40; run++)
        {
            var plan = new EpisodePlan(Plan.Tasks, 50, 0, Shard.Whole);
            var baseline = new EvalInfo(plan.Select(episode => Record(episode, success: random.NextDouble() < 0.9)), 0, "", null);
            double rate = 0.9 - 0.1 * (run % 5);
            EpisodeRecord[] all = [.. plan.ByIndex().Select(episode => Record(episode, random.NextDouble() < 0.4 ? Reason : null, random.NextDouble() < rate))];
            var gate = new BaselineGate(baseline, "before", plan, new GateOptions { AllowErrors = true });
            var read = new List<EpisodeRecord>();
            foreach (var episode in all)
            {
                read.Add(episode);
                if (gate.Add(episode))
                    break;
            }

            foreach (var episodes in (IEnumerable<EpisodeRecord>[])[read, all])
                Assert.Equal(gate.Verdict, Comparison.Of(baseline, new EvalInfo(episodes, 0, "", null), new ComparisonOptions { NPlanned = 100 }).Verdict);
        }
    }

    [Fact]
    public void A_baseline_of_which_no_partner_could_be_played_is_undecided()
    {
        var before = new EpisodePlan([Plan.Tasks[0]], 2, 0, Shard.Whole);
        var gate = new BaselineGate(new EvalInfo(before.Select(episode => Record(episode)), 0, "", null), "before", Plan, new GateOptions { AllowErrors = true });
        EpisodeRecord[] read = [.. Plan.ByIndex().Select(episode => Record(episode, episode is { Index: < 2, Task.Name: "left" } ? Reason : null))];
        foreach (var episode in read)
            gate.Add(episode);
        var info = new EvalInfo(read, 0, "", null);
        Assert.Equal(GateVerdict.Undecided, gate.Verdict);
        Assert.StartsWith("undecided: no episode with a partner in the baseline was played; 2 episodes could not be played", gate.Conclusion(info), StringComparison.Ordinal);
        Assert.Empty(gate.Figures(info));
        Assert.Empty(gate.Telling(info));
    }

    [Fact]
    public void A_baseline_of_errors_alone_is_refused()
    {
        var baseline = new EvalInfo(Plan.Select(episode => Record(episode, Reason)), 0, "", null);
        Assert.Equal(
            "--baseline: no episode of before could be played; name another run",
            Assert.Throws<EvalCoreException>(() => new BaselineGate(baseline, "before", Plan, new GateOptions())).Message);
    }

    [Fact]
    public void A_finished_run_with_errors_is_read_as_one_that_is_played()
    {
        var (played, info) = Threshold(80, allowErrors: true, errors: ["left 3"]);
        var read = new ThresholdGate(Plan, 80, _ => 0, _ => 0) { AllowsErrors = true };
        read.Read(info, Plan);
        Assert.Equal((played.Verdict, played.DecidedAfter, played.Errors), (read.Verdict, read.DecidedAfter, read.Errors));
    }

    [Fact]
    public void A_comparison_leaves_errors_out_and_says_so()
    {
        var plan = new EpisodePlan([Plan.Tasks[0]], 5, 0, Shard.Whole);
        var a = new EvalInfo(plan.Select(episode => Record(episode, episode.Index == 0 ? Reason : null)), 0, "", null);
        var b = new EvalInfo(plan.Select(episode => Record(episode, episode.Index is 1 or 2 ? Reason : null)), 0, "", null);
        var common = CommonEpisodes.Of(a, b);
        Assert.Equal([3, 4], common.Pairs.Select(pair => pair.A.EpisodeIndex));
        Assert.Equal(
            ["1 episode of A and 2 episodes of B could not be played; left out, with their partners", "2 episodes of A have no partner; left out", "1 episode of B has no partner; left out"],
            common.Notes);
    }

    [Fact]
    public void A_comparison_with_a_run_of_errors_alone_says_so()
    {
        var plan = new EpisodePlan(Plan.Tasks, 2, 0, Shard.Whole);
        EvalInfo played = Of(_ => false), none = Of(_ => true), left = Of(episode => episode.Task.Name == "right"), right = Of(episode => episode.Task.Name == "left");
        const string Again = "; evalcore eval --resume=DIR --eval.retry_errors=true plays them again";
        Assert.Equal($"compare: no episode of A could be played ({Reason}){Again}", Message(none, played));
        Assert.Equal($"compare: no episode of B could be played ({Reason}){Again}", Message(played, none));
        Assert.Equal("compare: the runs have no task in common of which both played an episode: episodes of left, right could not be played", Message(left, right));

        EvalInfo Of(Func<EpisodeSpec, bool> isError) => new(plan.Select(episode => Record(episode, isError(episode) ? Reason : null)), 0, "", null);

        static string Message(EvalInfo a, EvalInfo b) => Assert.Throws<EvalCoreException>(() => Comparison.Of(a, b, new ComparisonOptions())).Message;
    }

    private static (ThresholdGate Gate, EvalInfo Info) Threshold(double percent, bool allowErrors, string[] errors, string[]? failures = null)
    {
        var gate = new ThresholdGate(Plan, percent, _ => 0, _ => 0) { AllowsErrors = allowErrors };
        var read = new List<EpisodeRecord>();
        foreach (var episode in Plan.ByIndex())
        {
            read.Add(Record(episode, errors.Contains(Name(episode)) ? Reason : null, failures?.Contains(Name(episode)) != true));
            if (gate.Add(read[^1]))
                break;
        }

        return (gate, new EvalInfo(read, 0, "", null));
    }

    private static string Name(EpisodeSpec episode) => $"{episode.Task.Name} {episode.Index}";

    private static EpisodeRecord Record(EpisodeSpec episode, string? error = null, bool success = true) => new()
    {
        Suite = episode.Task.Suite, TaskGroup = episode.Task.Group, TaskId = episode.Task.Id, Task = episode.Task.Name, EpisodeIndex = episode.Index, Seed = episode.Seed,
        Steps = error is null ? 1 : null, SumReward = 0, MaxReward = 0, Success = success && error is null, Error = error, Attempts = error is null ? null : 3, Timings = null,
    };
}
