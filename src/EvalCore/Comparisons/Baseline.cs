using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Files;
using EvalCore.Options;
using EvalCore.Results;

namespace EvalCore.Comparisons;

/// <summary>
/// The baseline of a gate: the outcome of each episode of a run and what they depend on, in a file that is meant to be committed. It has
/// one line for each episode, and neither times nor paths: a run that gives the same results writes the same file.
/// </summary>
public static class Baseline
{
    /// <summary>The folder of baselines.</summary>
    public const string Folder = "baselines";

    private const string VersionKey = "baseline_version";

    /// <summary>The version of the format.</summary>
    private const int Version = 1;

    private const string Repair = "take the file from version control, or write it again with evalcore gate --update";

    /// <summary>What of <c>provenance</c> the episodes depend on, or explains a difference.</summary>
    private static readonly string[] Kept = ["evalcore", "seed", "policy", "env", "engines", "assets", "engine_libraries", Merge.EpisodesDigest];

    private static readonly JsonSerializerOptions Indented = new(Journal.Json) { WriteIndented = true, IndentSize = 2, NewLine = "\n" };

    /// <summary>Reads a baseline, or the result of a run: an output folder or an <c>eval_info.json</c>, also one that lerobot-eval wrote.</summary>
    /// <exception cref="EvalCoreException">The file is missing, damaged or of another version; the message says what to do.</exception>
    public static EvalInfo Load(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        if (Directory.Exists(path) || (!Path.Exists(path) && Path.GetExtension(path) != ".json"))
            path = Path.Combine(path, EvalInfo.FileName);
        if (Path.GetFileName(path) == EvalInfo.FileName)
            return EvalInfo.Load(path);
        var json = JsonFile.Read(path, $"a baseline of evalcore gate --update, or an {EvalInfo.FileName}");
        if (json[VersionKey] is not { } version)
            return EvalInfo.Load(path);
        if (version.GetValueKind() != JsonValueKind.Number || version.ToJsonString() != $"{Version}")
            throw new EvalCoreException($"{path}: is a baseline of version {EvalCoreException.Printable(version.ToJsonString())}; this program reads version {Version}: write it again with evalcore gate --update");
        try
        {
            return Read(json);
        }
        catch (JsonException e)
        {
            string problem = e.Path is null ? e.Message : $"{(e.Path == "$" ? "it" : e.Path.TrimStart('$', '.'))} has a wrong type, or lacks a key";
            throw new EvalCoreException($"{path}: the baseline is damaged: {problem}; {Repair}", e);
        }
        catch (Exception e) when (e is InvalidOperationException or FormatException)
        {
            throw new EvalCoreException($"{path}: the baseline is damaged: a value has a wrong type; {Repair}", e);
        }
    }

    /// <summary>Writes a result as a baseline, and the folder of the file where it is missing.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void Save(EvalInfo info, string path)
    {
        ArgumentNullException.ThrowIfNull(info);
        CheckWritable(path);
        WholeFile.Write(path, Text(info));
    }

    /// <summary>Makes the folder of a baseline where it is missing, and checks that a file can be written there: a run may take hours.</summary>
    /// <exception cref="EvalCoreException">The file cannot be written.</exception>
    public static void CheckWritable(string path)
    {
        ArgumentNullException.ThrowIfNull(path);
        try
        {
            Files.Folder.CheckWritable(Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(path))!).FullName);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotWrite($"{path}:", e);
        }
    }

    /// <summary>The text of a baseline.</summary>
    internal static string Text(EvalInfo info)
    {
        var text = new StringBuilder();
        text.Append("{\n").Append(Inner($"\"{VersionKey}\": {Version},\n\"n_episodes\": {info.Overall.NEpisodes},\n\"n_success\": {info.Overall.NSuccess},\n"))
            .Append(Inner($"\"provenance\": {ProvenanceOf(info).ToJsonString(Indented)},\n\"per_task\": ["));
        foreach (var task in info.PerTask)
        {
            var head = new TaskPart(task.Suite, task.TaskGroup, task.TaskId, task.Task, []);
            text.Append(task == info.PerTask[0] ? "\n    " : ",\n    ").Append(JsonSerializer.Serialize(head, Journal.Json)[..^"]}".Length]).Append('\n')
                .AppendJoin(",\n", task.Episodes.Select(episode => "      " + JsonSerializer.Serialize(EpisodePart.Of(episode), Journal.Json))).Append("\n    ]}");
        }

        return text.Append("\n  ]\n}\n").ToString();

        static string Inner(string lines) => string.Join('\n', lines.Split('\n').Select(line => line.Length == 0 ? line : "  " + line));
    }

    private static JsonObject ProvenanceOf(EvalInfo info)
    {
        var provenance = info.Provenance ?? [];
        var kept = new JsonObject(Kept.Where(provenance.ContainsKey).Select(key => KeyValuePair.Create(key, provenance[key]?.DeepClone())));
        if (Merge.Inner(provenance, "options", "policy") is JsonObject policy)
            kept["options"] = new JsonObject { ["policy"] = new JsonObject(policy.Where(flag => flag.Key != "path").Select(flag => KeyValuePair.Create(flag.Key, flag.Value?.DeepClone()))) };
        if (Merge.Inner(provenance, "machine", "renderer") is { } renderer)
            kept["machine"] = new JsonObject { ["renderer"] = renderer.DeepClone() };
        return kept;
    }

    private static EvalInfo Read(JsonObject json)
    {
        var file = json.Deserialize<FilePart>(Journal.Json) ?? throw new JsonException("it is null");
        long seed = RunIdentity.FromJson(file.Provenance).Seed;
        EpisodeRecord[] episodes = [.. file.PerTask.SelectMany(task => (task ?? throw new JsonException("a task is null")).Records())];
        if (episodes.Length == 0)
            throw new JsonException("it has no episode");
        if (episodes.GroupBy(episode => episode.Key).FirstOrDefault(group => group.Count() > 1) is { } twice)
            throw new JsonException($"episode {twice.Key.Index} of {twice.First().Task} is there twice");
        if (episodes.FirstOrDefault(episode => episode.EpisodeIndex < 0 || episode.Seed != seed + episode.EpisodeIndex) is { } other)
            throw new JsonException($"episode {other.EpisodeIndex} of {other.Task} has seed {other.Seed?.ToString() ?? "null"}, not the run's seed {seed} + {other.EpisodeIndex}");
        var info = new EvalInfo(episodes, 0, "", file.Provenance);
        if (info.Overall.NEpisodes != file.NEpisodes || info.Overall.NSuccess != file.NSuccess)
            throw new JsonException($"it says {file.NSuccess} successes in {file.NEpisodes} episodes, but its episodes are {info.Overall.NSuccess} in {info.Overall.NEpisodes}");
        return info;
    }

    private sealed record FilePart(int NEpisodes, int NSuccess, JsonObject Provenance, IReadOnlyList<TaskPart?> PerTask);

    private sealed record TaskPart(string? Suite, string TaskGroup, int TaskId, string Task, IReadOnlyList<EpisodePart?> Episodes)
    {
        public IEnumerable<EpisodeRecord> Records() => Episodes.Select(episode => episode is null ? throw new JsonException($"an episode of {Task} is null") : new EpisodeRecord
        {
            Suite = Suite,
            TaskGroup = TaskGroup,
            TaskId = TaskId,
            Task = Task,
            EpisodeIndex = episode.Index,
            Seed = episode.Seed,
            InitStateId = episode.InitState,
            Steps = episode.Steps,
            SumReward = episode.SumReward,
            MaxReward = episode.MaxReward,
            Success = episode.Success,
            Progress = episode.Progress,
            NConditions = episode.NConditions,
            Timings = null,
        });
    }

    private sealed record EpisodePart(
        int Index, long Seed, bool Success, int? Steps, double MaxReward, double SumReward, int? InitState = null, double? Progress = null, int? NConditions = null)
    {
        public static JsonObject Of(EpisodeRecord episode)
        {
            var part = new EpisodePart(
                episode.EpisodeIndex, episode.Seed ?? 0, episode.Success, episode.Steps, episode.MaxReward, episode.SumReward, episode.InitStateId, episode.Progress, episode.NConditions);
            var json = JsonSerializer.SerializeToNode(part, Journal.Json)!.AsObject();
            foreach (string without in json.Where(entry => entry.Value is null && entry.Key != "steps").Select(entry => entry.Key).ToList())
                json.Remove(without);
            return json;
        }
    }
}
