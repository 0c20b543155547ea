using System.Text.Json.Nodes;
using EvalCore.Options;

namespace EvalCore.Results;

/// <summary>Puts the results of shards, or of several suites, together into one.</summary>
public static class Merge
{
    /// <summary>
    /// The facts of <c>provenance</c> that must agree between parts of the same suite. Each suite may have a policy of
    /// its own.
    /// </summary>
    private static readonly string[] MustAgree = ["policy", "seed", "engines", "assets", "env"];

    /// <summary>Merges folders.</summary>
    /// <param name="folders">Output folders of runs.</param>
    /// <exception cref="EvalCoreException">
    /// A folder has no result, two are of different policies, seeds or engine versions, or an episode is in two.
    /// </exception>
    public static EvalInfo Folders(IReadOnlyList<string> folders)
    {
        if (folders.Count == 0)
            throw new EvalCoreException("merge: name at least one output folder");
        return Infos([.. folders.Select(folder => (folder, EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName))))]);
    }

    /// <summary>The slices that a merged result lacks of the runs it has other slices of: <c>1/4 of pusht</c>.</summary>
    public static IReadOnlyList<string> MissingShards(EvalInfo merged) =>
    [
        .. Parts(merged.Provenance)
            .Where(part => part["shard"] is not null)
            .GroupBy(part => (string?)part["env"]?["type"], part => Shard.Parse((string?)part["shard"], _ => null))
            .SelectMany(suite => suite.Select(shard => shard.Count).Distinct()
                .SelectMany(count => Enumerable.Range(0, count).Select(index => new Shard(index, count)))
                .Except(suite)
                .Select(shard => $"{shard} of {suite.Key}")),
    ];

    /// <summary>What drew the pictures that policies saw in the parts of a merged result.</summary>
    public static IReadOnlyList<string> Renderers(EvalInfo merged) =>
        [.. Parts(merged.Provenance).Select(part => (string?)part["machine"]?["renderer"]).OfType<string>().Distinct()];

    private static IEnumerable<JsonNode> Parts(JsonNode provenance) => provenance["merged"] is JsonArray parts
        ? parts.OfType<JsonNode>().SelectMany(Parts)
        : [provenance];

    internal static EvalInfo Infos(IReadOnlyList<(string Folder, EvalInfo Info)> parts)
    {
        foreach (var (folder, info) in parts)
        {
            foreach (var (otherFolder, other) in parts.TakeWhile(part => part.Folder != folder))
            {
                if (Suites(info).Overlaps(Suites(other)))
                {
                    foreach (string key in MustAgree)
                        Agree(key, otherFolder, other, folder, info);
                }
            }
        }

        var episodes = new Dictionary<(string, string, int, int), (EpisodeRecord Record, string Folder)>();
        foreach (var (folder, info) in parts)
        {
            foreach (var episode in info.Episodes)
            {
                var key = (episode.Suite, episode.TaskGroup, episode.TaskId, episode.EpisodeIndex);
                var withPath = episode.VideoPath is null
                    ? episode
                    : episode with { VideoPath = Path.Combine(info.OutputDir, episode.VideoPath) };
                if (!episodes.TryAdd(key, (withPath, folder)))
                {
                    throw new EvalCoreException(
                        $"merge: episode {episode.EpisodeIndex} of {episode.Task} is in both {episodes[key].Folder} and {folder}");
                }
            }
        }

        var provenance = (JsonObject)parts[0].Info.Provenance.DeepClone();
        provenance["output_dir"] = "";
        provenance["merged"] = new JsonArray([.. parts.Select(part => (JsonNode)part.Info.Provenance.DeepClone())]);
        string[] groups = [.. parts.SelectMany(part => part.Info.PerTask).Select(Group).Distinct()];
        var inOrder = episodes.Values
            .Select(episode => episode.Record)
            .OrderBy(episode => Array.IndexOf(groups, $"{episode.Suite}/{episode.TaskGroup}"))
            .ThenBy(episode => episode.TaskId);
        return new EvalInfo(inOrder, parts.Sum(part => part.Info.EvalS), "", provenance);
    }

    private static string Group(TaskResult task) => $"{task.Suite}/{task.TaskGroup}";

    private static HashSet<string> Suites(EvalInfo info) => [.. info.Episodes.Select(episode => episode.Suite)];

    private static void Agree(string key, string folder, EvalInfo info, string otherFolder, EvalInfo other)
    {
        var (one, two) = (info.Provenance[key], other.Provenance[key]);
        if (!JsonNode.DeepEquals(one, two))
        {
            throw new EvalCoreException(
                $"merge: {folder} and {otherFolder} differ in {key} ({Provenance.Difference(one, two)}); only parts of one evaluation can be merged");
        }
    }
}
