using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.History;

/// <summary>A run, or the result of a benchmark, in a history.</summary>
public sealed record HistoryEntry
{
    /// <summary>Identifies the entry: adding the same result again changes nothing.</summary>
    public required string Key { get; init; }

    /// <summary>
    /// Equal for the results of one run before and after it was resumed, of which a history keeps the last one that was added; empty where
    /// it is not known.
    /// </summary>
    public string Run { get; init; } = "";

    /// <summary>What the entry is of.</summary>
    public required HistoryKind Kind { get; init; }

    /// <summary>When it was finished.</summary>
    public required DateTimeOffset FinishedAt { get; init; }

    /// <summary>The git commit, of a merged result those of its parts with commas between them; empty where it is not known.</summary>
    public required string Commit { get; init; }

    /// <summary>The run's output folder, or the benchmark's name.</summary>
    public required string Name { get; init; }

    /// <summary>The suite of a run, or the suites, with commas between them; empty for a benchmark.</summary>
    public required string Suite { get; init; }

    /// <summary>The policy of a run, its path or its type, or the policies, with commas between them; empty for a benchmark.</summary>
    public required string Policy { get; init; }

    /// <summary>The number of episodes that were played; 0 for a benchmark.</summary>
    public required int Episodes { get; init; }

    /// <summary>The number of successful episodes.</summary>
    public required int Successes { get; init; }

    /// <summary>The number of episodes that could not be played.</summary>
    public int Errors { get; init; }

    /// <summary>The wall clock, in seconds: of an episode (<c>eval_ep_s</c>), or the median of a benchmark's operation.</summary>
    public required double Seconds { get; init; }

    /// <summary>Equal for entries whose times can be compared: those of the same machine with the same flags.</summary>
    public required string Series { get; init; }

    /// <summary>The result of a run that is added; null in a list.</summary>
    public EvalInfo? Result { get; init; }

    /// <summary>What the entry is of, in a text: the suite and the policy, or the benchmark's name.</summary>
    public string Title => Kind == HistoryKind.Run ? $"{Suite}, {Policy}" : Name;

    /// <summary>The first 8 digits of the commit; empty where it is not known.</summary>
    public string ShortCommit => Commit[..Math.Min(8, Commit.Length)];

    /// <summary>The entry of a run.</summary>
    /// <param name="folder">Its output folder.</param>
    /// <param name="info">Its result.</param>
    /// <exception cref="EvalCoreException">lerobot-eval wrote the result, which does not say when and on which machine, its times are no times, or the result is merged of no run.</exception>
    public static HistoryEntry Of(string folder, EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (info.Provenance is not { } provenance)
            throw new EvalCoreException($"history: {folder}: lerobot-eval wrote its {EvalInfo.FileName}, which does not say which run it is of");
        var parts = Merge.Parts(provenance).ToList();
        if (parts.Count == 0)
            throw new EvalCoreException($"history: {folder}: its {EvalInfo.FileName} is damaged: it is a merged result, and its provenance has no run");
        if (!(info.EvalEpS is >= 0 and < double.PositiveInfinity))
            throw new EvalCoreException(string.Create(CultureInfo.InvariantCulture, $"history: {folder}: its {EvalInfo.FileName} has the eval_s {info.EvalS}, which is no time in seconds"));
        return new HistoryEntry
        {
            Key = Hash(provenance),
            Run = RunOf(folder, info),
            Kind = HistoryKind.Run,
            FinishedAt = parts.Select(part => FinishedAtOf(part, folder)).Max(),
            Commit = Joined(part => Merge.Text(part["git_commit"])),
            Name = folder,
            Suite = Joined(part => Merge.Text(Merge.Inner(part, "env", "type"))),
            Policy = Joined(part => Merge.Text(Merge.Inner(part, "options", "policy", "path")) ?? Merge.Text(Merge.Inner(part, "policy", "type"))),
            Episodes = info.Overall.NEpisodes,
            Successes = info.Overall.NSuccess,
            Errors = info.Errors.Count,
            Seconds = info.EvalEpS,
            Series = Hash(new JsonArray([.. parts.Select(SeriesOf)])),
            Result = info,
        };

        string Joined(Func<JsonNode, string?> valueOf) => string.Join(",", parts.Select(valueOf).OfType<string>().Distinct());
    }

    /// <summary>The first 16 hexadecimal digits of the SHA-256 of a text.</summary>
    internal static string Hash(JsonNode json) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(json.ToJsonString())))[..16];

    /// <summary>
    /// Identifies the run by its output folder, which a later run may use too, and by the wall clock of its first episode, which no other
    /// run has and a resumed one keeps.
    /// </summary>
    private static string RunOf(string folder, EvalInfo info) => info.Episodes is [{ Timings: { } timings } first, ..]
        ? Hash(new JsonArray(folder, first.Suite, first.TaskGroup, first.TaskId, first.EpisodeIndex, JsonSerializer.SerializeToNode(timings)))
        : "";

    private static DateTimeOffset FinishedAtOf(JsonNode part, string folder) =>
        DateTimeOffset.TryParse(Merge.Text(part["finished_at"]), CultureInfo.InvariantCulture, out var at)
            ? at
            : throw new EvalCoreException(
                $"history: {folder}: its {EvalInfo.FileName} does not say when the run finished (finished_at: {EvalCoreException.Printable(part["finished_at"]?.ToJsonString() ?? "none")})");

    /// <summary>The machine and the flags of a run, without the names of its files.</summary>
    private static JsonObject SeriesOf(JsonNode part)
    {
        var options = part["options"]?.DeepClone() as JsonObject ?? [];
        foreach (string name in RecordedOptions.OfOutput.Append("seed"))
            options.Remove(name);
        return new JsonObject
        {
            ["machine"] = part["machine"]?.DeepClone(), ["options"] = options, ["batch_size"] = part["batch_size"]?.DeepClone(), ["shard"] = part["shard"]?.DeepClone(),
        };
    }
}
