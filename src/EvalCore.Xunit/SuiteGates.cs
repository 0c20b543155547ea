using System.Globalization;
using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Results;
using Xunit;

namespace EvalCore.Xunit;

/// <summary>
/// The suites as test cases: one case per episode and one per threshold. All cases start at once and await their
/// episodes; the scheduler plays the awaited episodes, several at once. The package's build files generate a derived
/// class in the test project.
/// </summary>
/// <param name="runs">The evaluations of the test run.</param>
/// <param name="output">Receives the output of a case.</param>
public abstract class SuiteGates(GateRuns runs, ITestOutputHelper output)
{
    /// <summary>A case for each episode of each configured suite.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string, int>> Episodes() =>
        from gate in GateRuns.Configured
        from task in gate.Tasks
        from index in Enumerable.Range(0, gate.Options.Eval.NEpisodes)
        select Row(task, index, $"episode {index}, seed {gate.Options.Seed + index}");

    /// <summary>A case for each task's threshold, in percent.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string, double>> Tasks() =>
        from gate in GateRuns.Configured
        from task in gate.Tasks
        let threshold = gate.MinPcSuccessOf(task.Name)
        select Row(task, threshold, $"success of the task, at least {threshold} %");

    /// <summary>A case for each suite's threshold, in percent.</summary>
    public static IEnumerable<TheoryDataRow<string, double>> Suites() =>
        from gate in GateRuns.Configured
        select new TheoryDataRow<string, double>(gate.Options.Env.Type, gate.MinPcSuccess)
        {
            TestDisplayName = gate.Options.Env.Type,
            Label = $"success of the suite, at least {gate.MinPcSuccess} %",
            Traits = { ["Suite"] = [gate.Options.Env.Type] },
        };

    /// <summary>Plays an episode. It passes when the episode was played, whether it succeeded or not.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Episodes))]
    public async Task Episode(string suite, string group, string task, int index)
    {
        var episode = await runs.Play(suite, group, task, index);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(episode.Success ? "success" : "failure")} after {episode.Steps} steps, sum_reward {episode.SumReward:0.###}, max_reward {episode.MaxReward:0.###}, {episode.Timings?.TotalS():0.000} s"));
        if (episode.VideoPath is not null)
            output.WriteLine($"video {Path.Combine(runs.FolderOf(suite), episode.VideoPath)}");
        Assert.True(episode.Steps > 0, "no step was played");
    }

    /// <summary>Compares the success rate of a task with its threshold.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tasks))]
    public async Task TaskReachesItsSuccessRate(string suite, string group, string task, double minPcSuccess)
    {
        AssertReaches(suite, $"{suite}/{task}", await runs.PlayAll(suite, group, task), minPcSuccess);
    }

    /// <summary>Compares the success rate of a suite with its threshold.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Suites))]
    public async Task SuiteReachesItsSuccessRate(string suite, double minPcSuccess)
    {
        AssertReaches(suite, suite, await runs.PlayAll(suite, group: null, task: null), minPcSuccess);
    }

    private void AssertReaches(string suite, string what, EpisodeRecord[] episodes, double minPcSuccess)
    {
        var result = Aggregate.Of(episodes);
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"pc_success {result.PcSuccess:0.0}, avg_sum_reward {result.AvgSumReward:0.###}, avg_max_reward {result.AvgMaxReward:0.###}, {result.NEpisodes} episodes"));
        if (SuiteGate.FailureMessage(what, result, minPcSuccess) is { } message)
            Assert.Fail(GateRuns.GateOf(suite).Explain(message, episodes, runs.FolderOf(suite)));
    }

    private static TheoryDataRow<string, string, string, T> Row<T>(EnvTask task, T value, string label) =>
        new(task.Suite, task.Group, task.Name, value)
        {
            TestDisplayName = $"{task.Suite}/{task.Name}",
            Label = label,
            Traits = { ["Suite"] = [task.Suite], ["Task"] = [task.Name], ["Group"] = [task.Group] },
        };
}
