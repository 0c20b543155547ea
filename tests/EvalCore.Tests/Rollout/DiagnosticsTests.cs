using System.Text.Json.Nodes;
using EvalCore.Features;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>What a run records of the policy's inputs and actions: the same whatever the batch size, the shard and the resume.</summary>
public sealed class DiagnosticsTests : IDisposable
{
    private static readonly Dictionary<string, FeatureStatistics> Statistics = new()
    {
        ["observation.state"] = new() { Mean = [0.5, 10], Std = [0.5, 8], Min = [-0.2, 0], Max = [0.8, 39] },
        ["action"] = new() { Mean = [0.5], Std = [0.3], Min = [0], Max = [1.2] },
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_task_has_the_shares_of_its_episodes()
    {
        var info = await Run("whole");
        var task = JsonNode.Parse(File.ReadAllText(In("whole", EvalInfo.FileName)))!["per_task"]![0]!;
        var state = task["diagnostics"]!["observation.state"]!;
        var counts = info.PerTask[0].Diagnostics!.Features["observation.state"];
        Assert.Equal(info.PerTask[0].Episodes.Sum(episode => (episode.Steps!.Value + 3) / 4), counts.Observations);
        Assert.Equal(counts.Outside!.Sum() / (2.0 * counts.Values), state["outside"]!.GetValue<double>());
        Assert.InRange(state["outside"]!.GetValue<double>(), 0.01, 0.9);
        Assert.Equal(
            ["observations", "outside", "beyond_5_std", "far_out", "mean", "min", "max"], state.AsObject().Select(entry => entry.Key));
        Assert.Equal(
            ["observations", "outside", "beyond_5_std", "far_out", "outside_bounds", "far_out_of_bounds", "mean", "min", "max"],
            task["diagnostics"]!["action"]!.AsObject().Select(entry => entry.Key));

        // LeRobot's keys come first, then those that are added.
        Assert.Equal(
            ["task_group", "task_id", "metrics", "n_episodes", "n_success", "pc_success", "pc_success_ci95", "diagnostics", "episodes"],
            task.AsObject().Select(entry => entry.Key));
    }

    [Theory]
    [InlineData(1, false, PolicyBatching.PerSession)]
    [InlineData(4, true, PolicyBatching.Batched)]
    [InlineData(4, false, PolicyBatching.Batched)]
    public async Task The_batch_size_changes_nothing(int batchSize, bool useAsyncEnvs, PolicyBatching batching)
    {
        var whole = await Run("whole");
        var other = await Run("other", batchSize: batchSize, useAsyncEnvs: useAsyncEnvs, batching: batching);
        Assert.Equal(Diagnostics(whole), Diagnostics(other));
        Assert.Equal(whole.Episodes.Select(episode => episode.Diagnostics), other.Episodes.Select(episode => episode.Diagnostics));
    }

    [Fact]
    public async Task Shards_merge_to_the_whole_run()
    {
        var whole = await Run("whole");
        await Run("a", shard: new Shard(0, 2));
        await Run("b", shard: new Shard(1, 2));
        var merged = Merge.Folders([In("b"), In("a")]);
        Assert.Equal(Diagnostics(whole).Order(StringComparer.Ordinal), Diagnostics(merged).Order(StringComparer.Ordinal));
        Assert.Equal(DiagnosticNotes.Of(whole), DiagnosticNotes.Of(merged));
    }

    [Fact]
    public async Task A_resumed_run_has_those_of_an_uninterrupted_one()
    {
        var whole = await Run("whole");
        Directory.CreateDirectory(In("interrupted"));
        File.WriteAllLines(In("interrupted", Journal.FileName), File.ReadLines(In("whole", Journal.FileName)).Take(5));
        var resumed = await Run("interrupted", resume: true);
        Assert.Equal(Diagnostics(whole), Diagnostics(resumed));
        Assert.Equal(Diagnostics(whole), Diagnostics(EvalInfo.Load(In("interrupted", EvalInfo.FileName))));
    }

    [Fact]
    public async Task A_journal_of_an_older_version_is_resumed()
    {
        var whole = await Run("whole");
        Directory.CreateDirectory(In("old"));
        File.WriteAllLines(In("old", Journal.FileName), File.ReadLines(In("whole", Journal.FileName)).Take(5).Select((line, i) =>
        {
            var json = JsonNode.Parse(line)!.AsObject();
            json.Remove("checksum");
            if (i > 0)
                Assert.True(json.Remove("diagnostics"));
            return json.ToJsonString();
        }));
        var resumed = await Run("old", resume: true);
        Assert.Equal(whole.Episodes.Count, resumed.Episodes.Count);
        Assert.Equal(4, resumed.Episodes.Count(episode => episode.Diagnostics is null));
        Assert.True(whole.Episodes[0].HasResultOf(whole.Episodes[0] with { Diagnostics = null }));
        long counted = resumed.PerTask.Sum(task => task.Diagnostics?.Features["action"].Episodes ?? 0);
        Assert.Equal(whole.Episodes.Count - 4, counted);
    }

    [Fact]
    public async Task A_run_without_a_success_says_what_was_compared()
    {
        var info = await Run("none", bias: -5, statistics: FeatureStatistics.None);
        Assert.Equal(0, info.Overall.NSuccess);
        string[] notes = [.. DiagnosticNotes.Of(info)];
        Assert.StartsWith("action: 100 % of the actions are far outside the environment's bounds (seen -", notes[0], StringComparison.Ordinal);
        Assert.Equal(
            "no success in 4 episodes; compared actions with the environment's bounds; no statistics of observation.state, action: what is far out is noted above. "
            + "This cannot show a sign where the range is symmetric",
            notes[1]);
        Assert.Equal(2, notes.Length);
        Assert.Equal(notes, DiagnosticNotes.Of(EvalInfo.Load(In("none", EvalInfo.FileName))));

        // Of a run of an older version, and of lerobot-eval.
        var old = new EvalInfo(info.Episodes.Select(episode => episode with { Diagnostics = null }), 1, "", info.Provenance);
        Assert.Equal("no success in 4 episodes; what the policy observed was not recorded: an older version played the episodes", Assert.Single(DiagnosticNotes.Of(old)));
        Assert.Empty(DiagnosticNotes.Of(new EvalInfo(info.Episodes, 1, "", provenance: null)));
    }

    [Fact]
    public async Task Notes_of_merged_suites_name_the_suite()
    {
        await Run("none", bias: -5);
        var one = EvalInfo.Load(In("none", EvalInfo.FileName));
        var provenance = one.Provenance!.DeepClone().AsObject();
        provenance["env"]!["type"] = "run";
        var other = new EvalInfo(one.Episodes.Select(episode => episode with { Suite = "run", TaskGroup = "runs" }), 1, "", provenance);
        Directory.CreateDirectory(In("other"));
        other.Save(In("other", EvalInfo.FileName));
        var notes = DiagnosticNotes.Of(Merge.Folders([In("none"), In("other")]));
        Assert.Contains(notes, note => note.StartsWith("walk: action: ", StringComparison.Ordinal));
        Assert.Contains(notes, note => note.StartsWith("run: no success in 4 episodes; compared ", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("\"min\":[", "\"min\":[1,")]
    [InlineData("{\"observations\":", "{\"observed\":")]
    public async Task Damaged_diagnostics_are_one_line(string text, string changed)
    {
        await Run("whole");
        string file = In("whole", EvalInfo.FileName);
        string whole = File.ReadAllText(file);
        int at = whole.IndexOf(text, StringComparison.Ordinal);
        File.WriteAllText(file, whole[..at] + changed + whole[(at + text.Length)..]);
        string message = Assert.Throws<EvalCoreException>(() => EvalInfo.Load(file)).Message;
        Assert.StartsWith($"{file}: is not an eval_info.json (", message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', message);
    }

    /// <summary>The diagnostics of the tasks as they are in the file.</summary>
    private List<string> Diagnostics(EvalInfo info)
    {
        string file = In("written.json");
        info.Save(file);
        return JsonNode.Parse(File.ReadAllText(file))!["per_task"]!.AsArray().Select(task => $"{task!["task_id"]} {task["diagnostics"]!.ToJsonString()}").ToList();
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    private async Task<EvalInfo> Run(
        string name, int batchSize = 3, bool useAsyncEnvs = true, PolicyBatching batching = PolicyBatching.PerSession, Shard? shard = null, bool resume = false,
        double bias = 0.3, IReadOnlyDictionary<string, FeatureStatistics>? statistics = null)
    {
        using var policy = new WalkPolicy(batching) { Bias = bias, Statistics = statistics ?? Statistics };
        using var run = new EvalRun(new WalkConfig { Task = bias < 0 ? "right" : "left,right" }, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 4, BatchSize = batchSize, UseAsyncEnvs = useAsyncEnvs, NEpisodesToRender = 0 },
            OutputDir = In(name),
            Resume = resume,
            Shard = shard ?? Shard.Whole,
        });
        return await run.PlayAll();
    }
}
