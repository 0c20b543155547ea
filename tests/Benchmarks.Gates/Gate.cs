using System.Globalization;
using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Results;

namespace Benchmarks.Gates;

/// <summary>
/// The suites as test cases: an episode is a case, and so is each threshold. All cases start at once and await their
/// episode; the scheduler plays those that somebody awaits, as a batch.
/// </summary>
public sealed class Gate(GateRuns runs, ITestOutputHelper output)
{
    public static IEnumerable<TheoryDataRow<string, string, string, int>> Episodes() =>
        from gate in GateRuns.Configured
        from task in gate.Options.Env.Tasks()
        from index in Enumerable.Range(0, gate.Options.Eval.NEpisodes)
        select Row(task, index, $"episode {index}, seed {gate.Options.Seed + index}");

    public static IEnumerable<TheoryDataRow<string, string, string, double>> Tasks() =>
        from gate in GateRuns.Configured
        from task in gate.Options.Env.Tasks()
        let threshold = gate.MinPcSuccessOf(task.Name)
        select Row(task, threshold, $"success of the task, at least {threshold} %");

    public static IEnumerable<TheoryDataRow<string, double>> Suites() =>
        from gate in GateRuns.Configured
        select new TheoryDataRow<string, double>(gate.Options.Env.Type, gate.MinPcSuccess)
        {
            TestDisplayName = gate.Options.Env.Type,
            Label = $"success of the suite, at least {gate.MinPcSuccess} %",
            Traits = { ["Suite"] = [gate.Options.Env.Type] },
        };

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Episodes))]
    public async Task Episode(string suite, string group, string task, int index)
    {
        var episode = await runs.Play(suite, group, task, index);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(episode.Success ? "success" : "failure")} after {episode.Steps} steps, sum_reward {episode.SumReward:0.###}, max_reward {episode.MaxReward:0.###}, {episode.Timings.TotalS():0.000} s"));
        if (episode.VideoPath is not null)
            output.WriteLine($"video {Path.Combine(runs.FolderOf(suite), episode.VideoPath)}");
        Assert.InRange(episode.Steps, 1, int.MaxValue);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tasks))]
    public async Task Task_reaches_its_success_rate(string suite, string group, string task, double minPcSuccess)
    {
        var result = Aggregate.Of(await runs.PlayAll(suite, group, task));
        AssertReaches($"{suite}/{task}", result, minPcSuccess);
    }

    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Suites))]
    public async Task Suite_reaches_its_success_rate(string suite, double minPcSuccess)
    {
        var result = Aggregate.Of(await runs.PlayAll(suite, group: null, task: null));
        AssertReaches(suite, result, minPcSuccess);
    }

    private void AssertReaches(string what, Aggregate result, double minPcSuccess)
    {
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"pc_success {result.PcSuccess:0.0}, avg_sum_reward {result.AvgSumReward:0.###}, avg_max_reward {result.AvgMaxReward:0.###}, {result.NEpisodes} episodes"));
        if (SuiteGate.Miss(what, result, minPcSuccess) is { } miss)
            Assert.Fail(miss);
    }

    private static TheoryDataRow<string, string, string, T> Row<T>(EnvTask task, T value, string label) =>
        new(task.Suite, task.Group, task.Name, value)
        {
            TestDisplayName = $"{task.Suite}/{task.Name}",
            Label = label,
            Traits = { ["Suite"] = [task.Suite], ["Task"] = [task.Name], ["Group"] = [task.Group] },
        };
}
