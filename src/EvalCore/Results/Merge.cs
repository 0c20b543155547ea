using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;

namespace EvalCore.Results;

/// <summary>Merges the results of shards, or of several suites, into one.</summary>
public static class Merge
{
    /// <summary>Merges folders.</summary>
    /// <param name="folders">Output folders of runs.</param>
    /// <exception cref="EvalCoreException">
    /// A folder has no result, two results have different policies, seeds or engine versions, or an episode is in two
    /// of them.
    /// </exception>
    public static EvalInfo Folders(IReadOnlyList<string> folders)
    {
        if (folders.Count == 0)
            throw new EvalCoreException("merge: name at least one output folder");
        return Infos([.. folders.Select(folder => (folder, EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName))))]);
    }

    /// <summary>
    /// The shards that are missing in a merged result, for suites with other shards in it: <c>1/4 of pusht</c>.
    /// </summary>
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

    /// <summary>
    /// The devices that rendered the images which the policies read, over all parts of a merged result.
    /// </summary>
    public static IReadOnlyList<string> Renderers(EvalInfo merged) =>
        [.. Parts(merged.Provenance).Select(part => (string?)part["machine"]?["renderer"]).OfType<string>().Distinct()];

    private static IEnumerable<JsonNode> Parts(JsonNode? provenance) => provenance?["merged"] is JsonArray parts
        ? parts.SelectMany(Parts)
        : provenance is null ? [] : [provenance];

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
            }
        }

        var episodes = new Dictionary<EpisodeKey, (EpisodeRecord Record, string Folder)>();
        foreach (var (folder, info) in parts)
        {
            foreach (var episode in info.Episodes)
            {
                var withPath = episode.VideoPath is null
                    ? episode
                    : episode with { VideoPath = Path.Combine(info.OutputDir, episode.VideoPath) };
                if (!episodes.TryAdd(episode.Key, (withPath, folder)))
                {
                    throw new EvalCoreException(
                        $"merge: episode {episode.EpisodeIndex} of {episode.Task} is in both {episodes[episode.Key].Folder} and {folder}");
                }
            }
        }

        var provenance = (JsonObject)provenances[0].DeepClone();
        provenance["output_dir"] = "";
        provenance["merged"] = new JsonArray([.. provenances.Select(part => part.DeepClone())]);
        string[] groups = [.. parts.SelectMany(part => part.Info.PerTask).Select(Group).Distinct()];
        var inOrder = episodes.Values
            .Select(episode => episode.Record)
            .OrderBy(episode => Array.IndexOf(groups, $"{episode.Suite}/{episode.TaskGroup}"))
            .ThenBy(episode => episode.TaskId);
        return new EvalInfo(inOrder, parts.Sum(part => part.Info.EvalS), "", provenance);
    }

    private static string Group(TaskResult task) => $"{task.Suite}/{task.TaskGroup}";

    private static HashSet<string?> Suites(EvalInfo info) => [.. info.Episodes.Select(episode => episode.Suite)];

    private static JsonObject Provenance(string folder, EvalInfo info) => info.Provenance
        ?? throw new EvalCoreException(
            $"merge: {folder}: lerobot-eval wrote its {EvalInfo.FileName}, which does not say which run it is of; "
            + "only results of evalcore can be merged");

    private static void Agree(string folder, EvalInfo info, string otherFolder, EvalInfo other)
    {
        if (Identity(folder, info).Difference(Identity(otherFolder, other)) is var (part, values))
        {
            throw new EvalCoreException(
                $"merge: {folder} and {otherFolder} differ in {part} ({values}); only parts of one evaluation can be merged");
        }
    }

    private static RunIdentity Identity(string folder, EvalInfo info)
    {
        try
        {
            return RunIdentity.FromJson(Provenance(folder, info));
        }
        catch (JsonException e)
        {
            throw new EvalCoreException($"merge: {folder}: the provenance of its {EvalInfo.FileName} is damaged ({e.Message})", e);
        }
    }
}
