using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Results;
using Xunit;
using Xunit.Sdk;

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
    /// <summary>How many notes the message of a gate that fails has.</summary>
    private const int NotesInMessage = 3;

    /// <summary>A case for each episode of each configured suite.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string, int>> Episodes() =>
        from gate in GateRuns.Playable
        from task in gate.Tasks
        from index in Enumerable.Range(0, gate.Options.Eval.NEpisodes)
        select Row(task, index, $"episode {index}, seed {gate.Options.Seed + index}");

    /// <summary>A case for each task's threshold, in percent.</summary>
    public static IEnumerable<TheoryDataRow<string, string, string, double>> Tasks() =>
        from gate in GateRuns.Playable
        where gate.BaselineFile is null
        from task in gate.Tasks
        let threshold = gate.MinPcSuccessOf(task.Name)
        select Row(task, threshold, $"success of the task, at least {threshold} %");

    /// <summary>
    /// A case for each suite's threshold, in percent, and one for that of each group of its tasks. It is the only case of a gate
    /// whose policy does not start, and then has the traits of all of its cases.
    /// </summary>
    public static IEnumerable<TheoryDataRow<string, string?, double>> Suites()
    {
        foreach (var gate in GateRuns.Configured)
        {
            string suite = gate.Options.Env.Type;
            bool isPlayable = GateRuns.Playable.Contains(gate);
            yield return new(suite, null, gate.MinPcSuccess)
            {
                TestDisplayName = suite,
                Label = gate.BaselineFile is null ? $"success of the suite, at least {gate.MinPcSuccess} %" : "success of the suite, not worse than the baseline",
                Traits =
                {
                    ["Suite"] = isPlayable ? [suite] : [suite, .. gate.Groups],
                    ["Task"] = isPlayable ? [] : [.. gate.Tasks.Select(task => task.Name)],
                    ["Group"] = isPlayable ? [] : [.. gate.Tasks.Select(task => task.Group)],
                },
            };
            foreach (string @group in isPlayable && gate.BaselineFile is null ? gate.Groups : [])
            {
                double threshold = gate.MinPcSuccessOfGroup(@group);
                yield return new(suite, @group, threshold)
                {
                    TestDisplayName = $"{suite}/{@group}",
                    Label = $"success of the group, at least {threshold} %",
                    Traits = { ["Suite"] = [suite, @group], ["Group"] = [@group] },
                };
            }
        }
    }

    /// <summary>Plays an episode. It passes when the episode was played, whether it succeeded or not.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Episodes))]
    public Task Episode(string suite, string group, string task, int index) => Verdict.Of(PlayEpisode(suite, group, task, index));

    /// <summary>Compares the success rate of a task with its threshold.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Tasks))]
    public Task TaskReachesItsSuccessRate(string suite, string group, string task, double minPcSuccess) =>
        Verdict.Of(Judge(suite, $"{suite}/{task}", group, task, minPcSuccess));

    /// <summary>Compares the success rate of a suite with its threshold or its baseline, or that of a group of its tasks with its threshold.</summary>
    [Theory(SkipTestWithoutData = true)]
    [MemberData(nameof(Suites))]
    public Task SuiteReachesItsSuccessRate(string suite, string? group, double minPcSuccess) =>
        Verdict.Of(Judge(suite, group is null ? suite : $"{suite}/{group}", group, null, minPcSuccess));

    private async Task<string?> PlayEpisode(string suite, string group, string task, int index)
    {
        var episode = await runs.Play(suite, group, task, index);
        if (episode.Error is { } error)
        {
            string reason = $"the episode could not be played, which says nothing about the policy: {error} (attempts: {episode.Attempts})";
            if (GateRuns.GateOf(suite).AllowsErrors)
                throw SkipException.ForSkip(reason);
            throw new EpisodeErrorException(reason);
        }

        string progress = episode.Progress is { } share ? string.Create(CultureInfo.InvariantCulture, $", progress {100 * share:0.0} %") : "";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{(episode.Success ? "success" : "failure")} after {episode.Steps} steps, sum_reward {episode.SumReward:0.###}, max_reward {episode.MaxReward:0.###}{progress}, {episode.Timings?.TotalS():0.000} s"));
        if (episode.VideoPath is not null)
            output.WriteLine($"video {Path.Combine(runs.FolderOf(suite), episode.VideoPath)}");
        return episode.Steps > 0 ? null : "no step was played";
    }

    /// <summary>Judges a suite, a group or a task. Returns the message of a gate that does not pass, else null.</summary>
    private async Task<string?> Judge(string suite, string what, string? group, string? task, double minPcSuccess)
    {
        var gate = GateRuns.GateOf(suite);
        var run = runs.RunOf(suite);
        if (gate.BaselineFile is not null)
            return await JudgeByBaseline(suite, gate, run);
        if (!run.StopsEarly)
            return Compare(suite, what, await runs.PlayAll(suite, group, task), minPcSuccess);
        var info = (await run.PlayUntilDecided())!;
        var thresholds = (ThresholdGate)run.Gate;
        var (errors, episodes) = (info.Errors.Where(IsOfPart).ToList(), info.Episodes.Where(IsOfPart).ToList());
        bool mayBeRefused = thresholds.IsReached(what) != false && (!gate.AllowsErrors || thresholds.Verdict == GateVerdict.Undecided);
        if (mayBeRefused && gate.RefusalOf(what, minPcSuccess, errors, episodes.Count) is { } refusal)
            throw new EpisodeErrorException(refusal);
        if (minPcSuccess > 0 && thresholds.IsReached(what) is null)
            throw run.NotNeeded();
        foreach (string line in thresholds.Figures(info).Append(thresholds.Saved(info)))
            output.WriteLine(line);
        return minPcSuccess == 0 || thresholds.IsReached(what) == true
            ? null
            : WithNotes(suite, what, gate.Explain(thresholds.Conclusion(what, info), episodes, runs.FolderOf(suite), thresholds.Saved(info)));

        bool IsOfPart(EpisodeRecord episode) => (group is null || episode.TaskGroup == group) && (task is null || episode.Task == task);
    }

    private async Task<string?> JudgeByBaseline(string suite, SuiteGate gate, GateRun run)
    {
        if (run.NotComparable.Count > 0)
            return $"not comparable: {string.Join("; ", run.NotComparable)}\nA is the baseline {gate.BaselineFile}, B this run; under other conditions a difference would say nothing about the policy";
        EvalInfo? info;
        if (run.StopsEarly)
        {
            info = await run.PlayUntilDecided();
        }
        else
        {
            await runs.PlayAll(suite);
            info = run.Run.Complete();
            run.Gate.Read(info, run.Run.Episodes);
        }

        if (info is null)
        {
            output.WriteLine($"nothing was played: {run.NothingPlayed}");
            return null;
        }

        foreach (string line in run.Gate.Figures(info).Prepend(run.Gate.Conclusion(info)).Append(run.Gate.Saved(info)))
            output.WriteLine(line);
        if (run.Gate.Errors > 0 && (!gate.AllowsErrors || info.Episodes.Count == 0) && run.Gate.Verdict == GateVerdict.Undecided)
            throw new EpisodeErrorException($"{suite}: {run.Gate.Conclusion(info)}");
        return run.Gate.Verdict == GateVerdict.Pass ? null : WithNotes(suite, suite, gate.Explain(run.Gate, info, runs.FolderOf(suite)));
    }

    /// <summary>Compares a success rate with a threshold. Returns the message of a gate that fails, else null.</summary>
    private string? Compare(string suite, string what, EpisodeRecord[] all, double minPcSuccess)
    {
        var errors = all.Where(episode => episode.Error is not null).ToList();
        var episodes = all.Where(episode => episode.Error is null).ToList();
        var result = Aggregate.Of(episodes);
        string progress = result.AvgProgress is { } share ? string.Create(CultureInfo.InvariantCulture, $"avg_progress {share:0.###}, ") : "";
        output.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"pc_success {result.PcSuccess:0.0}, avg_sum_reward {result.AvgSumReward:0.###}, avg_max_reward {result.AvgMaxReward:0.###}, {progress}{result.NEpisodes} episodes"));
        var gate = GateRuns.GateOf(suite);
        if (episodes.Count > 0 && SuiteGate.FailureMessage(what, result, minPcSuccess) is { } message)
            return WithNotes(suite, what, gate.Explain(message, episodes, runs.FolderOf(suite)));
        if (gate.RefusalOf(what, minPcSuccess, errors, episodes.Count) is { } refusal)
            throw new EpisodeErrorException(refusal);
        return null;
    }

    /// <summary>The notes are on the whole suite; all of them are at the end of the run.</summary>
    private string WithNotes(string suite, string what, string explained) => what == suite
        ? string.Join('\n', runs.NotesOn(suite).Take(NotesInMessage).Select(note => $"note: {note}").Prepend(explained))
        : explained;

    private static TheoryDataRow<string, string, string, T> Row<T>(EnvTask task, T value, string label) =>
        new(task.Suite, task.Group, task.Name, value)
        {
            TestDisplayName = $"{task.Suite}/{task.Name}",
            Label = label,
            Traits = { ["Suite"] = [.. SuiteGate.SuitesOf(task)], ["Task"] = [task.Name], ["Group"] = [task.Group] },
        };
}
