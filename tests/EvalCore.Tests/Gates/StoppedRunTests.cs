using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Gates;

/// <summary>Runs that a gate stops.</summary>
public sealed class StoppedRunTests : IDisposable
{
    private const int PerTask = 40;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<int, bool> Batches => new(
        from size in (int[])[1, 2, 5, 10]
        from isAsync in (bool[])[false, true]
        select new TheoryDataRow<int, bool>(size, isAsync));

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task A_threshold_gate_has_the_full_runs_verdict_and_the_same_first_episodes_for_every_batch_size(int batchSize, bool isAsync)
    {
        var whole = await Play(Options(1, false));
        double rate = whole.Overall.PcSuccess;
        foreach (var (threshold, verdict) in ((double, GateVerdict)[])[(rate - 5, GateVerdict.Pass), (rate, GateVerdict.Pass), (rate + 1, GateVerdict.Fail), (rate + 25, GateVerdict.Fail)])
        {
            Gate? gate = null;
            using var run = new EvalRun(
                new WalkConfig(), new WalkPolicy(PolicyBatching.Batched) { Bias = 0.2 }, Options(batchSize, isAsync), rule: plan => gate = new ThresholdGate(plan, threshold, _ => 0, _ => 0));
            var info = await run.PlayAll();
            Assert.Equal(verdict, gate!.Verdict);
            Assert.Equal(gate.DecidedAfter, (int?)run.StoppedAfter);
            Assert.Equal(gate.DecidedAfter, info.Episodes.Count);
            Assert.Equal(Results(First(whole, info.Episodes.Count)), Results(info.Episodes));
        }
    }

    [Theory]
    [MemberData(nameof(Batches))]
    public async Task A_gate_of_a_baseline_stops_at_the_same_episode_for_every_batch_size_and_compare_agrees(int batchSize, bool isAsync)
    {
        var baseline = await Play(Options(1, false), bias: 0.6);
        BaselineGate? gate = null;
        var options = Options(batchSize, isAsync) with { OutputDir = Path.Combine(_folder, "run") };
        using var run = new EvalRun(
            new WalkConfig(), new WalkPolicy(PolicyBatching.Batched) { Bias = 0.2 }, options, rule: plan => gate = new BaselineGate(baseline, "before", plan, new GateOptions()));
        var info = await run.PlayAll();
        Assert.Equal(GateVerdict.Fail, gate!.Verdict);
        Assert.InRange(info.Episodes.Count, 5, 2 * PerTask - 1);
        Assert.Equal(Results(First(await Play(Options(1, false)), info.Episodes.Count)), Results(info.Episodes));

        // The file knows how many were planned, so compare spends alpha as the gate did.
        var comparison = Comparison.Of(baseline, EvalInfo.Load(Path.Combine(_folder, "run", EvalInfo.FileName)), new ComparisonOptions());
        Assert.Equal((GateVerdict.Fail, 2 * PerTask, info.Episodes.Count), (comparison.Verdict, comparison.NPlanned, comparison.Sequential!.DecidedAfter!.Value));

        // And of all episodes it says the same.
        var all = Comparison.Of(baseline, await Play(Options(1, false)), new ComparisonOptions());
        Assert.Equal((GateVerdict.Fail, info.Episodes.Count), (all.Verdict, all.Sequential!.DecidedAfter!.Value));
    }

    [Fact]
    public async Task A_stopped_run_does_not_play_what_is_not_needed()
    {
        using var run = new EvalRun(
            new WalkConfig(), new WalkPolicy(PolicyBatching.PerSession) { Bias = 0.2 }, Options(1, false) with { OutputDir = Path.Combine(_folder, "run") },
            rule: plan => new ThresholdGate(plan, 99, _ => 0, _ => 0));
        var info = await run.PlayAll();

        // An episode of the toy suite is over sooner than the one before it is read; no more are queued than 18.
        int played = File.ReadAllLines(Path.Combine(_folder, "run", Journal.FileName)).Length - 1;
        Assert.InRange(played, info.Episodes.Count, info.Episodes.Count + 18);
        Assert.InRange(info.Episodes.Count, 1, 20);
        Assert.Equal(0, run.Progress.Videos);
        Assert.Equal(run.Progress.Finished, run.Progress.Total);
    }

    [Fact]
    public async Task A_resumed_gate_has_the_same_verdict_and_result()
    {
        string folder = Path.Combine(_folder, "run");
        var (before, first) = await Gated(resume: false);
        string journal = Path.Combine(folder, Journal.FileName);
        string[] lines = File.ReadAllLines(journal);
        File.WriteAllText(journal, string.Join('\n', lines[..(lines.Length / 2)]) + "\n");
        File.Delete(Path.Combine(folder, EvalInfo.FileName));
        var (after, second) = await Gated(resume: true);
        Assert.Equal((before.Verdict, before.DecidedAfter), (after.Verdict, after.DecidedAfter));
        Assert.Equal(Results(first.Episodes), Results(second.Episodes));

        async Task<(Gate Gate, EvalInfo Info)> Gated(bool resume)
        {
            Gate? gate = null;
            using var run = new EvalRun(
                new WalkConfig(), new WalkPolicy(PolicyBatching.PerSession) { Bias = 0.2 }, Options(3, true) with { OutputDir = folder, Resume = resume },
                rule: plan => gate = new ThresholdGate(plan, 90, _ => 0, _ => 0));
            return (gate!, await run.PlayAll());
        }
    }

    [Fact]
    public async Task An_episode_that_is_awaited_and_not_needed_is_cancelled()
    {
        using var run = new EvalRun(
            new WalkConfig(), new WalkPolicy(PolicyBatching.PerSession) { Bias = 0.2 }, Options(2, true), rule: plan => new ThresholdGate(plan, 99, _ => 0, _ => 0));
        var first = run.Play(run.Tasks[0].Episode(0, EpisodeSpec.DefaultSeed));
        var last = run.Play(run.Tasks[^1].Episode(PerTask - 1, EpisodeSpec.DefaultSeed));
        await run.PlayAll();
        Assert.Equal(0, (await first).EpisodeIndex);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => last);
    }

    [Fact]
    public void The_verdict_of_a_threshold_is_that_of_whole_numbers()
    {
        // 100 * (29 / 100) is 28.999999999999996.
        var plan = new EpisodePlan([new EnvTask("walk", "walks", 0, "left", "")], 100, 0, Shard.Whole);
        var gate = new ThresholdGate(plan, 29, _ => 0, _ => 0);
        foreach (var episode in plan)
            gate.Add(Record(episode, success: episode.Index >= 71));
        Assert.Equal((GateVerdict.Pass, 100), (gate.Verdict, gate.DecidedAfter));
    }

    [Fact]
    public void A_gate_of_tasks_fails_as_soon_as_one_task_cannot_reach_its_threshold()
    {
        var plan = new EpisodePlan([new EnvTask("walk", "walks", 0, "left", ""), new EnvTask("walk", "walks", 1, "right", "")], 10, 0, Shard.Whole);
        var gate = new ThresholdGate(plan, 0, _ => 0, task => task == "right" ? 80 : 50);
        foreach (var episode in plan.ByIndex())
            gate.Add(Record(episode, success: episode.Task.Name == "left"));
        Assert.Equal((GateVerdict.Fail, 6), (gate.Verdict, gate.DecidedAfter));
        Assert.Equal((null, false), (gate.IsReached("walk/left"), gate.IsReached("walk/right")));
    }

    /// <summary>50 tasks: after 43 equal pairs a drop of 10 points would be excluded, were all tasks alike.</summary>
    [Theory]
    [InlineData(50, GateVerdict.Pass, 50)]
    [InlineData(43, GateVerdict.Fail, 50)]
    public void A_gate_of_a_baseline_passes_only_where_every_task_was_read_equally_often(int goodTasks, GateVerdict verdict, int decidedAfter)
    {
        var plan = new EpisodePlan([.. Enumerable.Range(0, 50).Select(i => new EnvTask("walk", "walks", i, $"task{i}", ""))], 4, 0, Shard.Whole);
        var baseline = new EvalInfo(plan.ByIndex().Select(episode => Record(episode, success: true)), 1, "", null);
        var gate = new BaselineGate(baseline, "before", plan, new GateOptions());
        var read = new List<EpisodeRecord>();
        foreach (var episode in plan.ByIndex())
        {
            read.Add(Record(episode, success: episode.Task.Id < goodTasks));
            if (gate.Add(read[^1]))
                break;
        }

        Assert.Equal((verdict, decidedAfter), (gate.Verdict, gate.DecidedAfter!.Value));
        var comparison = Comparison.Of(baseline, new EvalInfo(read, 1, "", null), new ComparisonOptions { NPlanned = 200 });
        Assert.Equal((verdict, decidedAfter), (comparison.Overall.Sequential!.Verdict, comparison.Sequential!.DecidedAfter!.Value));
    }

    [Theory]
    [InlineData(42, "42 pairs are too few for this gate to pass where the policy is as good as the baseline: a margin of 10 points at alpha 0.05 needs 43 or more")]
    [InlineData(43, null)]
    public void A_gate_of_too_few_pairs_says_so_before_it_plays(int episodes, string? note)
    {
        var plan = new EpisodePlan([new EnvTask("walk", "walks", 0, "left", "")], episodes, 0, Shard.Whole);
        var gate = new BaselineGate(new EvalInfo(plan.Select(episode => Record(episode, success: true)), 1, "", null), "before", plan, new GateOptions());
        Assert.Equal(note is null ? [] : [note], gate.Notes);
    }

    private static EpisodeRecord Record(EpisodeSpec episode, bool success) => new()
    {
        Suite = episode.Task.Suite, TaskGroup = episode.Task.Group, TaskId = episode.Task.Id, Task = episode.Task.Name, EpisodeIndex = episode.Index, Seed = episode.Seed,
        Steps = 1, SumReward = 0, MaxReward = 0, Success = success, Timings = null,
    };

    /// <summary>The first episodes in the order of verdicts, as a file lists them.</summary>
    private static IEnumerable<EpisodeRecord> First(EvalInfo whole, int count) =>
        whole.Episodes.OrderBy(episode => episode.EpisodeIndex).ThenBy(episode => episode.TaskId).Take(count)
            .OrderBy(episode => episode.TaskId).ThenBy(episode => episode.EpisodeIndex);

    private static List<string> Results(IEnumerable<EpisodeRecord> episodes) =>
        [.. episodes.Select(episode => string.Create(CultureInfo.InvariantCulture, $"{episode.Task} {episode.EpisodeIndex} {episode.Seed} {episode.Success} {episode.Steps} {episode.SumReward:R}"))];

    private static RolloutOptions Options(int batchSize, bool isAsync) =>
        new() { Eval = new EvalConfig { NEpisodes = PerTask, BatchSize = batchSize, UseAsyncEnvs = isAsync, NEpisodesToRender = 0 } };

    private static async Task<EvalInfo> Play(RolloutOptions options, double bias = 0.2)
    {
        using var run = new EvalRun(new WalkConfig(), new WalkPolicy(PolicyBatching.Batched) { Bias = bias }, options);
        return await run.PlayAll();
    }
}
