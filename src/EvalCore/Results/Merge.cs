using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Results;

/// <summary>Merges the results of shards, or of several suites, into one.</summary>
public static class Merge
{
    /// <summary>
    /// The key in <c>provenance</c> that identifies the planned episodes of a run: the same in all its shards.
    /// </summary>
    internal const string EpisodesDigest = "episodes_digest";

    /// <summary>The key in <c>provenance</c> of the number of episodes that a shard has when it is whole.</summary>
    internal const string ShardEpisodes = "shard_episodes";

    /// <summary>The key in the <c>provenance</c> of a shard of the tasks of the whole run, in order: <c>group/id</c>.</summary>
    internal const string Tasks = "tasks";

    /// <summary>Merges folders.</summary>
    /// <param name="folders">Output folders of runs.</param>
    /// <exception cref="EvalCoreException">
    /// A folder has no result, two results have different policies, seeds or engine versions, an episode is in two of them,
    /// they are of different sets of episodes of one task, or a file contradicts itself.
    /// </exception>
    public static EvalInfo Folders(IReadOnlyList<string> folders)
    {
        if (folders.Count == 0)
            throw new EvalCoreException("merge: name at least one output folder");
        string[] unfinished = [.. folders.Where(folder => !File.Exists(Path.Combine(folder, EvalInfo.FileName)) && Journal.HasRun(folder))];
        if (unfinished.Length > 0)
        {
            throw new EvalCoreException(
                $"merge: {string.Join(", ", unfinished)} {(unfinished.Length == 1 ? "is" : "are")} not finished: resume {(unfinished.Length == 1 ? "it" : "each")}, "
                + $"for example evalcore eval --resume={ShellWord.Quote(unfinished[0])}");
        }

        return Infos([.. folders.Select(folder => (folder, EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName))))]);
    }

    /// <summary>
    /// The shards that are missing in a merged result, for suites with other shards in it: <c>1/4 of pusht</c>.
    /// </summary>
    public static IReadOnlyList<string> MissingShards(EvalInfo merged) =>
        [.. ShardsMissing(merged).Select(missing => $"{missing.Shard} of {missing.Suite}").Distinct()];

    /// <summary>
    /// The missing shards of each run: runs of a suite are told apart by the digests of their episodes. A run whose episodes are
    /// all there lacks none, however they were dealt.
    /// </summary>
    private static IEnumerable<(Shard Shard, string? Suite)> ShardsMissing(EvalInfo merged) =>
        from suite in Parts(merged.Provenance).Where(part => Text(part["shard"]) is not null).GroupBy(SuiteOf)
        let haveDigests = suite.All(part => Text(part[EpisodesDigest]) is not null)
        from run in suite.GroupBy(part => haveDigests ? Text(part[EpisodesDigest]) : null)
        where !IsComplete(merged, suite.Key, run)
        let shards = run.Select(part => Shard.Parse(Text(part["shard"]), _ => null)).ToList()
        from count in shards.Select(shard => shard.Count).Distinct()
        from missing in Enumerable.Range(0, count).Select(index => new Shard(index, count)).Except(shards)
        select (missing, suite.Key);

    /// <summary>Whether all episodes of a run are there; false where its parts do not say which they are.</summary>
    private static bool IsComplete(EvalInfo merged, string? suite, IEnumerable<JsonNode> parts)
    {
        if (parts.FirstOrDefault(part => part[Tasks] is JsonArray) is not { } part || Planned(part) is not (> 0 and var perTask))
            return false;
        var over = merged.PerTask.Where(task => task.Suite == suite).ToDictionary(NameOf, task => task.Episodes.Concat(task.Errors));
        return TasksOf(part).All(task => over.TryGetValue(task, out var episodes) && episodes.Count(episode => episode.EpisodeIndex < perTask) == perTask);
    }

    /// <summary>The tasks of the run that a part is of, in order; empty where the part does not say.</summary>
    private static IEnumerable<string> TasksOf(JsonNode part) => part[Tasks] is JsonArray tasks ? tasks.Select(Text).OfType<string>() : [];

    /// <summary>A task as <see cref="Tasks"/> names it.</summary>
    private static string NameOf(TaskResult task) => $"{task.TaskGroup}/{task.TaskId}";

    /// <summary>
    /// The episodes that are missing in a merged result, one line per task, for suites all of whose shards are there:
    /// <c>2 episodes of left (4, 7)</c>. A run that was interrupted, or a test run that played a part, lacks some.
    /// </summary>
    public static IReadOnlyList<string> MissingEpisodes(EvalInfo merged)
    {
        ArgumentNullException.ThrowIfNull(merged);
        var incomplete = ShardsMissing(merged).Select(missing => missing.Suite).ToHashSet();
        var planned = Parts(merged.Provenance)
            .GroupBy(part => SuiteOf(part) ?? "")
            .ToDictionary(suite => suite.Key, suite => suite.Max(Planned));
        return
        [
            .. merged.PerTask
                .Where(task => !incomplete.Contains(task.Suite))
                .Select(task => (task.Task, Indices: Missing(task, planned.GetValueOrDefault(task.Suite ?? ""))))
                .Where(task => task.Indices.Count > 0)
                .Select(task => $"{EpisodeText.Count(task.Indices.Count)} of {task.Task} ({First(task.Indices)})"),

            // Tasks of which no episode was played.
            .. Parts(merged.Provenance)
                .Where(part => !incomplete.Contains(SuiteOf(part)) && Planned(part) > 0)
                .SelectMany(part => TasksOf(part).Select(task => (Task: task, Planned: Planned(part))))
                .Distinct()
                .ExceptBy(merged.PerTask.Select(NameOf), task => task.Task)
                .Select(task => $"{EpisodeText.Count(task.Planned)} of task {task.Task}"),
        ];

        static List<int> Missing(TaskResult task, int planned) =>
            [.. Enumerable.Range(0, Math.Max(planned, Indices(task).Max() + 1)).Except(Indices(task))];

        static IEnumerable<int> Indices(TaskResult task) => task.Episodes.Concat(task.Errors).Select(episode => episode.EpisodeIndex);

        static string First(List<int> indices) => string.Join(", ", indices.Take(10)) + (indices.Count > 10 ? ", ..." : "");
    }

    /// <summary>The episodes per task that a run was asked for; 0 where its options do not say so.</summary>
    private static int Planned(JsonNode part) =>
        Inner(part, "options", "eval", "n_episodes") is JsonValue n && n.TryGetValue(out int value) ? value : 0;

    /// <summary>The policies of a merged result whose suites were played by different ones; empty for one policy.</summary>
    public static IReadOnlyList<string> Policies(EvalInfo merged)
    {
        ArgumentNullException.ThrowIfNull(merged);
        var policies = Parts(merged.Provenance)
            .DistinctBy(part => part["policy"]?.ToJsonString())
            .Select(part => $"{SuiteOf(part)}: {Text(Inner(part, "policy", "type"))}")
            .ToList();
        return policies.Count > 1 ? policies : [];
    }

    /// <summary>The text of a node; null for a node of another type.</summary>
    public static string? Text(JsonNode? node) => node is JsonValue value && value.TryGetValue(out string? text) ? text : null;

    /// <summary>
    /// The node at a path of keys; null where there is none. In a file that another program wrote, any node on the path may be of
    /// another type than an object.
    /// </summary>
    /// <param name="node">Where the path begins, for example a provenance.</param>
    /// <param name="keys">The keys, from the outermost.</param>
    public static JsonNode? Inner(JsonNode? node, params ReadOnlySpan<string> keys)
    {
        foreach (string key in keys)
            node = (node as JsonObject)?[key];
        return node;
    }

    /// <summary>The suite of a run.</summary>
    private static string? SuiteOf(JsonNode part) => Text(Inner(part, "env", "type"));

    /// <summary>Which parts of a merged result may differ in the last bits, because other hardware rendered or computed: one line each.</summary>
    public static IReadOnlyList<string> HardwareNotes(EvalInfo merged)
    {
        ArgumentNullException.ThrowIfNull(merged);
        return
        [
            .. Differing("renderer", "the policy's images were rendered by different devices"),
            .. Differing("processor", "the parts were played on different processors, whose arithmetic is not the same to the bit"),
            .. Differing("gpu", "the parts were played on different GPUs, whose arithmetic is not the same to the bit"),
        ];

        IEnumerable<string> Differing(string key, string what) =>
            Machines(merged, key) is { Count: > 1 } names ? [$"{what}, and episodes may differ slightly: {string.Join("; ", names)}"] : [];
    }

    private static IReadOnlyList<string> Machines(EvalInfo merged, string key) =>
        [.. Parts(merged.Provenance).Select(part => Text(Inner(part, "machine", key))).OfType<string>().Distinct()];

    /// <summary>The runs that a provenance is of: those of a merged result, or the run itself; none where there is no provenance.</summary>
    public static IEnumerable<JsonNode> Parts(JsonNode? provenance) =>
        provenance is not JsonObject run ? [] : run["merged"] is JsonArray parts ? parts.SelectMany(Parts) : [run];

    internal static EvalInfo Infos(IReadOnlyList<(string Folder, EvalInfo Info)> parts)
    {
        JsonObject[] provenances = [.. parts.Select(part => Provenance(part.Folder, part.Info))];
        foreach (var (folder, info) in parts)
        {
            foreach (var (otherFolder, other) in parts.TakeWhile(part => part.Folder != folder))
            {
                // Results of different suites may be of different policies.
                if (Suites(info).Overlaps(Suites(other)))
                    Agree(otherFolder, other, folder, info);
                HaveSameEpisodes(otherFolder, other, folder, info);
            }
        }

        // per_group has one entry per name: two suites must not share it.
        var suiteOf = new Dictionary<string, (string? Suite, string Folder)>();
        foreach (var (folder, info) in parts)
        {
            foreach (var task in info.PerTask)
            {
                if (suiteOf.TryAdd(task.TaskGroup, (task.Suite, folder)) || suiteOf[task.TaskGroup].Suite == task.Suite)
                    continue;
                throw new EvalCoreException(
                    $"merge: {suiteOf[task.TaskGroup].Folder} and {folder} have a group '{task.TaskGroup}' of different suites "
                    + $"({suiteOf[task.TaskGroup].Suite} and {task.Suite}); merge them separately");
            }
        }

        var episodes = new Dictionary<EpisodeKey, (EpisodeRecord Record, string Folder)>();
        var twice = new List<(EpisodeRecord Record, string Folder, bool Differs, string First)>();
        foreach (var (folder, info) in parts)
        {
            foreach (var episode in info.Episodes.Concat(info.Errors))
            {
                var withPath = episode.VideoPath is null
                    ? episode
                    : episode with { VideoPath = Path.Combine(info.OutputDir, episode.VideoPath) };
                if (!episodes.TryAdd(episode.Key, (withPath, folder)) && episodes[episode.Key] is var (first, firstFolder))
                    twice.Add((episode, folder, !first.HasResultOf(episode), firstFolder));
            }
        }

        if (twice.Count > 0)
            throw Twice(twice, parts);

        var provenance = (JsonObject)provenances[0].DeepClone();
        provenance["output_dir"] = "";
        string[] digests = [.. provenances.SelectMany(Parts).Select(part => Text(part[EpisodesDigest]) ?? "").Distinct()];
        if (digests.Length > 1)
            provenance.Remove(EpisodesDigest);
        provenance.Remove(ShardEpisodes);
        provenance.Remove(Tasks);
        provenance["merged"] = new JsonArray([.. provenances.Select(part => part.DeepClone())]);
        return new EvalInfo(InOrder(episodes.Values.Select(episode => episode.Record), parts, provenance), parts.Sum(part => part.Info.EvalS), "", provenance);
    }

    /// <summary>
    /// The episodes in the order of the whole run, which shards state: it does not depend on the deal, nor on the order of the
    /// folders. Tasks of parts without it follow, group by group.
    /// </summary>
    private static IEnumerable<EpisodeRecord> InOrder(
        IEnumerable<EpisodeRecord> episodes, IReadOnlyList<(string Folder, EvalInfo Info)> parts, JsonObject provenance)
    {
        string[] groups = [.. parts.SelectMany(part => part.Info.PerTask).Select(task => $"{task.Suite}/{task.TaskGroup}").Distinct()];
        string[] tasks = [.. Parts(provenance).SelectMany(part => TasksOf(part).Select(task => $"{SuiteOf(part)}/{task}")).Distinct()];
        var place = tasks.Select((task, i) => (task, i)).ToDictionary(entry => entry.task, entry => entry.i);
        return episodes
            .OrderBy(episode => place.GetValueOrDefault($"{episode.Suite}/{episode.TaskGroup}/{episode.TaskId}", int.MaxValue))
            .ThenBy(episode => Array.IndexOf(groups, $"{episode.Suite}/{episode.TaskGroup}"))
            .ThenBy(episode => episode.TaskId);
    }

    /// <summary>The exception for episodes that two parts contain.</summary>
    private static EvalCoreException Twice(
        List<(EpisodeRecord Record, string Folder, bool Differs, string First)> twice, IReadOnlyList<(string Folder, EvalInfo Info)> parts)
    {
        var (record, folder, _, first) = twice[0];
        string differs = twice.Exists(episode => episode.Differs) ? ", with different results" : "";
        string more = twice.Count == 1 ? "" : $"; {twice.Count} episodes are in two folders: {Shown(twice.Select(episode => $"{episode.Record.EpisodeIndex} of {episode.Record.Task}"))}";
        string[] deals = [.. parts.Where(part => part.Folder == first || part.Folder == folder).SelectMany(part => Parts(part.Info.Provenance)).Select(Deal).Distinct()];
        string dealt = deals.Length > 1 ? $"; their shards were dealt differently ({string.Join("; ", deals)})" : "";
        return new EvalCoreException($"merge: episode {record.EpisodeIndex} of {record.Task} is in both {first} and {folder}{differs}{more}{dealt}");

        static string Deal(JsonNode part) => Inner(part, "options", "shard_deal") is { } deal ? Text(deal) ?? "" : ShardDeal.InTurn.Text;

        static string Shown(IEnumerable<string> names) => string.Join(", ", names.Take(10)) + (names.Count() > 10 ? ", ..." : "");
    }

    private static HashSet<string?> Suites(EvalInfo info) => [.. info.PerTask.Select(task => task.Suite)];

    private static JsonObject Provenance(string folder, EvalInfo info) => info.Provenance
        ?? throw new EvalCoreException(
            $"merge: {folder}: lerobot-eval wrote its {EvalInfo.FileName}, which does not say which run it is of; "
            + "only results of evalcore can be merged");

    private static void Agree(string folder, EvalInfo info, string otherFolder, EvalInfo other)
    {
        if (IdentityOf(folder, info).Difference(IdentityOf(otherFolder, other)) is var (part, values))
        {
            throw new EvalCoreException(
                $"merge: {folder} and {otherFolder} differ in {part} ({values}); only parts of one evaluation can be merged");
        }
    }

    /// <summary>Refuses parts of different sets of episodes that have a task in common.</summary>
    private static void HaveSameEpisodes(string folder, EvalInfo info, string otherFolder, EvalInfo other)
    {
        HashSet<string> digests = Digests(info), others = Digests(other);
        if (digests.Count == 0 || others.Count == 0 || digests.Overlaps(others))
            return;
        var tasks = info.PerTask.Select(Key).ToHashSet();
        if (other.PerTask.FirstOrDefault(task => tasks.Contains(Key(task))) is { } common)
        {
            throw new EvalCoreException(
                $"merge: {folder} and {otherFolder} are of different sets of episodes of {common.Task} (episodes {digests.First()} and {others.First()}): "
                + "their --eval.n_episodes or --env.task differ; resume or play one again with those of the other");
        }

        static HashSet<string> Digests(EvalInfo part) => [.. Parts(part.Provenance).Select(run => Text(run[EpisodesDigest])).OfType<string>()];

        static EpisodeKey Key(TaskResult task) => task.Key;
    }

    private static RunIdentity IdentityOf(string folder, EvalInfo info) => Identity($"merge: {folder}", Provenance(folder, info));

    /// <summary>The identity of the run that a provenance is of.</summary>
    /// <param name="place">The folder, for messages.</param>
    /// <param name="provenance">The provenance.</param>
    /// <exception cref="EvalCoreException">The provenance is damaged.</exception>
    internal static RunIdentity Identity(string place, JsonObject provenance)
    {
        try
        {
            return RunIdentity.FromJson(provenance);
        }
        catch (JsonException e)
        {
            throw new EvalCoreException($"{place}: the provenance of its {EvalInfo.FileName} is damaged ({e.Message})", e);
        }
    }
}
