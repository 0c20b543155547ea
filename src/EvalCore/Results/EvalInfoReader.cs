using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Results;

/// <summary>Reads the text of <c>eval_info.json</c>, written by this program or by lerobot-eval.</summary>
internal static class EvalInfoReader
{
    private static readonly JsonDocumentOptions Lenient = new() { CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true };

    private static readonly JsonSerializerOptions Json = new(Journal.Json)
    {
        AllowDuplicateProperties = false,
        ReadCommentHandling = JsonCommentHandling.Skip,
        AllowTrailingCommas = true,
    };

    /// <summary>Reads a result.</summary>
    /// <param name="text">The text, in UTF-8.</param>
    /// <exception cref="JsonException">The text is something else, or damaged; the message is a phrase that says where.</exception>
    public static EvalInfo Read(byte[] text)
    {
        var file = Parse(text);
        var (episodes, totals) = file switch
        {
            { PerTask: { } tasks, Overall: { } overall } => (tasks.SelectMany(task => Episodes(task, file.Provenance)), overall),
            { PerEpisode: { } list, Aggregated: { } aggregated } => (Episodes(list, file.VideoPaths ?? []), aggregated),
            _ => throw new JsonException("it has no 'per_task' with 'overall'"),
        };
        EpisodeRecord[] all = [.. episodes];
        if (all.Length == 0)
            throw new JsonException("it has no episode");
        if (all.Any(episode => HasControl(episode.Suite) || HasControl(episode.TaskGroup) || HasControl(episode.Task) || HasControl(episode.VideoPath)))
            throw new JsonException("the name of a task or a video has a control character");
        var keys = new HashSet<EpisodeKey>(all.Length);
        if (Array.Find(all, episode => !keys.Add(episode.Key)) is { } twice)
            throw new JsonException($"episode {twice.EpisodeIndex} of task {Name(twice.TaskGroup, twice.TaskId)} is there twice");
        var info = new EvalInfo(all, totals.EvalS, OutputDir(file.Provenance), file.Provenance);
        Contradictions.Check(info, file);
        return info;
    }

    /// <summary>Whether a text has a control character (<see cref="char.IsControl(char)"/>).</summary>
    private static bool HasControl(string? text) => text.AsSpan().ContainsAnyInRange('\0', '\u001F') || text.AsSpan().ContainsAnyInRange('\u007F', '\u009F');

    private static InfoFile Parse(byte[] written)
    {
        // Python's json module writes NaN and infinities without quotes, which is not JSON.
        byte[] json = JsonFile.Quoted(written, out _);
        try
        {
            return JsonSerializer.Deserialize<InfoFile>(json, Json) ?? throw new JsonException("it is null");
        }
        catch (Exception e) when (e is JsonException or ArgumentException)
        {
            // What is no JSON is told from what is another file.
            return Explain(written, json);
        }
    }

    /// <summary>Reads a file again, first as JSON alone: this takes twice as long, and an exception says what is wrong.</summary>
    private static InfoFile Explain(byte[] written, byte[] json)
    {
        try
        {
            using var document = JsonDocument.Parse(json, Lenient);
            return document.Deserialize<InfoFile>(Json) ?? throw new JsonException("it is null");
        }
        catch (JsonException e) when (e.Path is not null)
        {
            string where = e.Path.TrimStart('$', '.');
            throw new JsonException($"{(where == "" ? "it" : where)} has a wrong type, or lacks a key", e);
        }
        catch (JsonException e) when (e.LineNumber is not null)
        {
            throw new JsonException($"it {JsonFile.Problem(written, out _) ?? "is not JSON"}", e);
        }
        catch (ArgumentException e)
        {
            // A key that is there twice in an object of the provenance.
            throw new JsonException($"it {JsonFile.Problem(written, out _) ?? "has a key twice"}", e);
        }
    }

    /// <summary>The episodes of a task: this program's records where there is provenance, otherwise LeRobot's metrics.</summary>
    private static IEnumerable<EpisodeRecord> Episodes(TaskPart? task, JsonObject? provenance)
    {
        if (task is null)
            throw new JsonException("a task is null");
        string name = Name(task.TaskGroup, task.TaskId);
        if (provenance is not null)
        {
            if (task.Episodes is not { } episodes || episodes.Contains(null) || task.Errors?.Contains(null) == true)
                throw new JsonException($"task {name} has no 'episodes', or one of them is null");
            if (episodes.Any(episode => episode!.Error is not null) || task.Errors?.Any(episode => episode!.Error is null || episode.Success) == true)
                throw new JsonException($"task {name} has an error among its 'episodes', or an episode without one among its 'errors': the file was changed");
            return episodes.Concat(task.Errors ?? []).OfType<EpisodeRecord>();
        }

        if (task.Metrics is not { } metrics)
            throw new JsonException($"task {name} has no 'metrics'");
        if (metrics.SumRewards.Count != metrics.Successes.Count || metrics.MaxRewards.Count != metrics.Successes.Count)
        {
            throw new JsonException(
                $"task {name} has {metrics.SumRewards.Count} 'sum_rewards', {metrics.MaxRewards.Count} 'max_rewards' and "
                + $"{metrics.Successes.Count} 'successes'");
        }

        return metrics.Successes.Select((success, k) => Episode(
            task.TaskGroup, task.TaskId, k, metrics.SumRewards[k], metrics.MaxRewards[k], success, metrics.VideoPaths));
    }

    /// <summary>The episodes of the only task in a file of an older LeRobot, which does not name it.</summary>
    private static IEnumerable<EpisodeRecord> Episodes(IReadOnlyList<EpisodePart?> episodes, IReadOnlyList<string?> videoPaths) =>
        episodes.Select(episode => episode is null
            ? throw new JsonException("an episode is null")
            : Episode("", 0, episode.EpisodeIx, episode.SumReward, episode.MaxReward, episode.Success, videoPaths) with { Seed = episode.Seed });

    /// <summary>An episode that LeRobot recorded. Its videos are of the first episodes, in their order.</summary>
    private static EpisodeRecord Episode(
        string group, int taskId, int index, double sumReward, double maxReward, bool success, IReadOnlyList<string?>? videoPaths) => new()
    {
        Suite = null,
        TaskGroup = group,
        TaskId = taskId,
        Task = Name(group, taskId),
        EpisodeIndex = index,
        Seed = null,
        Steps = null,
        SumReward = sumReward,
        MaxReward = maxReward,
        Success = success,
        VideoPath = index >= 0 && index < videoPaths?.Count ? videoPaths[index] : null,
        Timings = null,
    };

    /// <summary>The name of a task: that of its folder of videos in LeRobot.</summary>
    private static string Name(string group, int taskId) => $"{group}_{taskId}".TrimStart('_');

    private static string OutputDir(JsonObject? provenance)
    {
        try
        {
            // Finds invalid strings (half of a surrogate pair), which are read as they are and would fail when written.
            _ = provenance?.ToJsonString();
            return (string?)provenance?["output_dir"] ?? "";
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new JsonException("provenance has a wrong type, or an invalid string", e);
        }
    }

    /// <summary>The parts of the file that are read. The last three are those of older versions of LeRobot.</summary>
    internal sealed record InfoFile(
        IReadOnlyList<TaskPart?>? PerTask = null,
        TotalsPart? Overall = null,
        JsonObject? Provenance = null,
        IReadOnlyDictionary<string, AggregatePart?>? PerGroup = null,
        IReadOnlyList<EpisodePart?>? PerEpisode = null,
        TotalsPart? Aggregated = null,
        IReadOnlyList<string?>? VideoPaths = null);

    internal sealed record TaskPart(
        string TaskGroup,
        int TaskId,
        MetricsPart? Metrics = null,
        IReadOnlyList<EpisodeRecord?>? Episodes = null,
        IReadOnlyList<EpisodeRecord?>? Errors = null,
        double? NEpisodes = null,
        double? NSuccess = null,
        double? NErrors = null,
        double? PcSuccess = null,
        double? AvgProgress = null);

    internal sealed record MetricsPart(
        IReadOnlyList<double> SumRewards, IReadOnlyList<double> MaxRewards, IReadOnlyList<bool> Successes, IReadOnlyList<string?>? VideoPaths = null);

    internal sealed record EpisodePart(int EpisodeIx, double SumReward, double MaxReward, bool Success, long? Seed = null);

    internal record AggregatePart(
        double? AvgSumReward = null, double? AvgMaxReward = null, double? PcSuccess = null, double? NEpisodes = null, double? NSuccess = null,
        double? AvgProgress = null, double? NErrors = null);

    internal sealed record TotalsPart(
        double EvalS,
        double? AvgSumReward = null,
        double? AvgMaxReward = null,
        double? PcSuccess = null,
        double? NEpisodes = null,
        double? NSuccess = null,
        double? AvgProgress = null,
        double? NErrors = null) : AggregatePart(AvgSumReward, AvgMaxReward, PcSuccess, NEpisodes, NSuccess, AvgProgress, NErrors);
}
