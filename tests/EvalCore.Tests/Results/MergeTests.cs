using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Tests.Results;

public sealed class MergeTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("\"pc_success\": 50.0", "\"pc_success\": 100.0", "has pc_success 100.0, but its episodes give 50.0: the file was changed")]
    [InlineData("\"n_episodes\": 2,\n    \"eval_s\"", "\"n_episodes\": 3,\n    \"eval_s\"", "overall has n_episodes 3.0, but its episodes give 2.0: the file was changed")]
    [InlineData("\"avg_sum_reward\": 0.5", "\"avg_sum_reward\": 0.75", "has avg_sum_reward 0.75, but its episodes give 0.5: the file was changed")]
    [InlineData("\"success\": false", "\"success\": true", "the file was changed")]
    [InlineData("\"steps\": ", "\"steps\": -", "steps: the file was changed")]
    [InlineData("\"sum_reward\": 0.5", "\"sum_reward\": 0.25", "the file was changed")]
    [InlineData("\"seed\": 1001", "\"seed\": 1002", "episode 1 of left has seed 1002, not the run's seed 1000 + 1: the file was changed")]
    [InlineData("\"episode_index\": 1", "\"episode_index\": 3", "the file was changed")]
    [InlineData("\"task_group\": \"walks\",\n      \"task_id\": 0", "\"task_group\": \"walks\",\n      \"task_id\": 5", "the file was changed")]
    public void A_result_that_contradicts_its_episodes_is_refused(string text, string changed, string reason)
    {
        string folder = Save("a", Episode("walk", "left", 0), Episode("walk", "left", 1) with { Success = false });
        string file = Path.Combine(folder, EvalInfo.FileName);
        string whole = File.ReadAllText(file);
        foreach (int at in Occurrences(whole, text))
        {
            File.WriteAllText(file, whole[..at] + changed + whole[(at + text.Length)..]);
            string message = Assert.Throws<EvalCoreException>(() => Merge.Folders([folder])).Message;
            Assert.StartsWith($"{file}: is not an eval_info.json (", message, StringComparison.Ordinal);
            Assert.Contains(reason, message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
        }
    }

    [Fact]
    public void Missing_episodes_are_named()
    {
        string folder = Save("a", Episode("walk", "left", 0), Episode("walk", "left", 3), Episode("walk", "right", 1));
        Assert.Equal(["4 episodes of left (1, 2, 4, 5)", "5 episodes of right (0, 2, 3, 4, 5)"], Merge.MissingEpisodes(Merge.Folders([folder])));
    }

    [Fact]
    public void Missing_episodes_of_missing_shards_are_not_named_again()
    {
        string folder = Save("a", "0/2", Episode("walk", "left", 0), Episode("walk", "left", 2), Episode("walk", "left", 4));
        var merged = Merge.Folders([folder]);
        Assert.Equal(["1/2 of walk"], Merge.MissingShards(merged));
        Assert.Empty(Merge.MissingEpisodes(merged));
    }

    [Fact]
    public void Suites_are_not_pooled_under_one_group()
    {
        string a = Save("a", Episode("walk", "left", 0)), b = Save("b", Episode("run", "left", 0));
        string message = Assert.Throws<EvalCoreException>(() => Merge.Folders([a, b])).Message;
        Assert.Equal($"merge: {a} and {b} have a group 'walks' of different suites (walk and run); merge them separately", message);
    }

    [Fact]
    public void Two_results_of_one_episode_that_differ_are_named()
    {
        string a = Save("a", Episode("walk", "left", 0)), b = Save("b", Episode("walk", "left", 0) with { Success = false });
        string message = Assert.Throws<EvalCoreException>(() => Merge.Folders([a, b])).Message;
        Assert.Equal($"merge: episode 0 of left is in both {a} and {b}, with different results", message);
    }

    [Fact]
    public void A_merged_result_of_two_suites_with_their_own_seeds_is_read_again()
    {
        string a = Save("a", Episode("walk", "left", 0));
        string b = Save("b", Episode("run", "fast", 2) with { TaskGroup = "runs", Seed = 7 + 2 });
        string file = Path.Combine(b, EvalInfo.FileName);
        File.WriteAllText(file, File.ReadAllText(file).Replace("\"seed\": 1000", "\"seed\": 7", StringComparison.Ordinal));
        string merged = Path.Combine(_folder, EvalInfo.FileName);
        Merge.Folders([a, b]).Save(merged);
        Assert.Equal(2, EvalInfo.Load(merged).Episodes.Count);
    }

    [Fact]
    public void Shards_of_one_run_keep_its_digest_of_episodes()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0)), b = Save("b", "1/2", "1111", Episode("walk", "left", 1));
        var merged = Merge.Folders([a, b]);
        Assert.Equal("1111", (string?)merged.Provenance!["episodes_digest"]);
        Assert.Empty(Merge.MissingShards(merged));
    }

    [Fact]
    public void Parts_of_different_sets_of_episodes_of_one_task_are_refused()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0)), b = Save("b", "1/2", "2222", Episode("walk", "left", 1));
        string message = Assert.Throws<EvalCoreException>(() => Merge.Folders([a, b])).Message;
        Assert.Equal(
            $"merge: {a} and {b} are of different sets of episodes of left (episodes 1111 and 2222): their --eval.n_episodes or --env.task differ; "
            + "resume or play one again with those of the other",
            message);
    }

    [Fact]
    public void Runs_of_different_tasks_have_their_own_digests_and_shards()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0)), b = Save("b", "1/2", "2222", Episode("walk", "right", 1));
        var merged = Merge.Folders([a, b]);
        Assert.Null(merged.Provenance!["episodes_digest"]);
        Assert.Equal(["1111", "2222"], merged.Provenance["merged"]!.AsArray().Select(part => (string?)part!["episodes_digest"]));
        Assert.Equal(["1/2 of walk", "0/2 of walk"], Merge.MissingShards(merged));
    }

    [Fact]
    public void A_part_of_an_older_version_without_a_digest_is_merged()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0)), b = Save("b", "1/2", Episode("walk", "left", 1));
        Assert.Null(Merge.Folders([a, b]).Provenance!["episodes_digest"]);
    }

    [Fact]
    public void All_episodes_that_are_there_twice_are_counted_and_the_deals_named()
    {
        string a = Save("a", "0/2", "1111", [.. Enumerable.Range(0, 3).Select(index => Episode("walk", "left", index))]);
        string b = Save("b", "1/2", "1111", Episode("walk", "left", 1), Episode("walk", "left", 2), Episode("walk", "left", 3));
        const string Twice = "; 2 episodes are in two folders: 1 of left, 2 of left";
        Assert.Equal($"merge: episode 1 of left is in both {a} and {b}{Twice}", Assert.Throws<EvalCoreException>(() => Merge.Folders([a, b])).Message);
        Change(b, provenance => provenance["options"]!["shard_deal"] = "task");
        Assert.Equal($"merge: episode 1 of left is in both {a} and {b}{Twice}; their shards were dealt differently (episode; task)", Assert.Throws<EvalCoreException>(() => Merge.Folders([a, b])).Message);
    }

    [Fact]
    public void Unfinished_parts_are_all_named()
    {
        string a = Save("a", Episode("walk", "left", 0)), b = Unfinished("b"), c = Unfinished("c");
        Assert.Equal($"merge: {b}, {c} are not finished: resume each, for example evalcore eval --resume={b}", Assert.Throws<EvalCoreException>(() => Merge.Folders([a, b, c])).Message);
        Assert.Equal($"merge: {b} is not finished: resume it, for example evalcore eval --resume={b}", Assert.Throws<EvalCoreException>(() => Merge.Folders([b])).Message);

        string Unfinished(string name)
        {
            string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
            File.WriteAllText(Path.Combine(folder, Journal.FileName), "{}\n");
            return folder;
        }
    }

    /// <summary>The order of the whole run, whichever shard had which task, and however the folders are ordered.</summary>
    [Fact]
    public void Tasks_are_in_the_order_of_the_whole_run()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0) with { TaskGroup = "runs" });
        string b = Save("b", "1/2", "1111", Episode("walk", "right", 0), Episode("walk", "left", 0));
        foreach (string folder in (string[])[a, b])
            Change(folder, provenance => provenance["tasks"] = new JsonArray("walks/1", "runs/0", "walks/0"));
        foreach (string[] folders in (string[][])[[a, b], [b, a]])
        {
            var merged = Merge.Folders(folders);
            Assert.Equal(["walks/1", "runs/0", "walks/0"], merged.PerTask.Select(task => $"{task.TaskGroup}/{task.TaskId}"));
            Assert.Null(merged.Provenance!["tasks"]);
        }
    }

    [Fact]
    public void Episodes_of_a_task_without_any_are_missing()
    {
        string a = Save("a", "0/1", "1111", [.. Enumerable.Range(0, 6).Select(index => Episode("walk", "left", index))]);
        Change(a, provenance => provenance["tasks"] = new JsonArray("walks/0", "walks/1"));
        Assert.Equal(["6 episodes of task walks/1"], Merge.MissingEpisodes(Merge.Folders([a])));
    }

    /// <summary>Half of a run, and its other half in two quarters: no shard is missing in what is complete.</summary>
    [Fact]
    public void A_complete_result_lacks_no_shard_however_it_was_dealt()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0), Episode("walk", "left", 2), Episode("walk", "left", 4));
        string b = Save("b", "1/4", "1111", Episode("walk", "left", 1), Episode("walk", "left", 5));
        string c = Save("c", "3/4", "1111", Episode("walk", "left", 3));
        foreach (string folder in (string[])[a, b, c])
            Change(folder, provenance => provenance["tasks"] = new JsonArray("walks/0"));
        Assert.Empty(Merge.MissingShards(Merge.Folders([a, b, c])));
        Assert.Empty(Merge.MissingEpisodes(Merge.Folders([a, b, c])));
        Assert.Equal(["1/2 of walk", "0/4 of walk", "2/4 of walk", "3/4 of walk"], Merge.MissingShards(Merge.Folders([a, b])));
    }

    /// <summary>An episode that could not be played is not missing, nor is its shard.</summary>
    [Fact]
    public void Errors_are_episodes_of_a_complete_result()
    {
        string a = Save("a", "0/2", "1111", Episode("walk", "left", 0), Episode("walk", "left", 2), Episode("walk", "left", 4));
        string c = Save("c", "3/4", "1111", Episode("walk", "left", 3));
        string b = Save("b", "1/4", "1111", Episode("walk", "left", 1), Episode("walk", "left", 5) with { Error = "the simulator's process was ended by SIGSEGV in step 1", Success = false });
        foreach (string folder in (string[])[a, b, c])
            Change(folder, provenance => provenance["tasks"] = new JsonArray("walks/0"));
        var merged = Merge.Folders([a, b, c]);
        Assert.Empty(Merge.MissingShards(merged));
        Assert.Empty(Merge.MissingEpisodes(merged));
    }

    private static void Change(string folder, Action<JsonObject> change)
    {
        string file = Path.Combine(folder, EvalInfo.FileName);
        var json = JsonNode.Parse(File.ReadAllText(file))!;
        change(json["provenance"]!.AsObject());
        File.WriteAllText(file, json.ToJsonString());
    }

    private static IEnumerable<int> Occurrences(string text, string part)
    {
        Assert.Contains(part, text, StringComparison.Ordinal);
        for (int at = text.IndexOf(part, StringComparison.Ordinal); at >= 0; at = text.IndexOf(part, at + 1, StringComparison.Ordinal))
            yield return at;
    }

    private string Save(string name, params EpisodeRecord[] episodes) => Save(name, "0/1", episodes);

    private string Save(string name, string shard, params EpisodeRecord[] episodes) => Save(name, shard, digest: null, episodes);

    private string Save(string name, string shard, string? digest, params EpisodeRecord[] episodes)
    {
        string folder = Directory.CreateDirectory(Path.Combine(_folder, name)).FullName;
        var provenance = new JsonObject
        {
            ["seed"] = 1000,
            ["policy"] = new JsonObject { ["type"] = "walker" },
            ["env"] = new JsonObject { ["type"] = episodes[0].Suite },
            ["engines"] = new JsonObject(),
            ["shard"] = shard,
            ["options"] = new JsonObject { ["eval"] = new JsonObject { ["n_episodes"] = 6 } },
        };
        if (digest is not null)
            provenance["episodes_digest"] = digest;
        new EvalInfo(episodes, 1, "", provenance).Save(Path.Combine(folder, EvalInfo.FileName));
        return folder;
    }

    private static EpisodeRecord Episode(string suite, string task, int index) => new()
    {
        Suite = suite, TaskGroup = "walks", TaskId = task == "left" ? 0 : 1, Task = task, EpisodeIndex = index, Seed = 1000 + index,
        Steps = 3, SumReward = 0.5, MaxReward = 0.25, Success = true, Timings = new(1, 2, 3, 4, 5),
    };
}
