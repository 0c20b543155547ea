using System.Text.Json.Serialization;
using EvalCore.Environments;
using EvalCore.Features;

namespace EvalCore.Results;

/// <summary>
/// A finished episode: the unit of every result. Journal, <c>eval_info.json</c>, progress and gates read or write it.
/// Episodes of this program have all values; suite, seed, steps and timings are null where lerobot-eval wrote the file.
/// </summary>
public sealed record EpisodeRecord
{
    /// <summary>The environment type, for example <c>pusht</c>; null when the file does not record it.</summary>
    public required string? Suite { get; init; }

    /// <summary>The group the task is aggregated under.</summary>
    public required string TaskGroup { get; init; }

    /// <summary>The number of the task in its group.</summary>
    public required int TaskId { get; init; }

    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The number of the episode in its task, from 0.</summary>
    public required int EpisodeIndex { get; init; }

    /// <summary>The seed of the environment's reset; null when the file does not record it.</summary>
    public required long? Seed { get; init; }

    /// <summary>The stored initial state from which the episode started, for suites that have them.</summary>
    public int? InitStateId { get; init; }

    /// <summary>The number of steps, the last one included; null when the file does not record it.</summary>
    public required int? Steps { get; init; }

    /// <summary>
    /// The sum of the rewards of the episode's own steps. (lerobot-eval with a batch size above 1 adds the first
    /// reward of the next, automatically reset episode.)
    /// </summary>
    public required double SumReward { get; init; }

    /// <summary>The largest reward of a step.</summary>
    public required double MaxReward { get; init; }

    /// <summary>Whether any step succeeded.</summary>
    public required bool Success { get; init; }

    /// <summary>
    /// The largest share of the goal's conditions that held after one step, from 0 to 1; 1 for a success. Null, and not in
    /// the file, where the goal has no conditions that can be read one by one.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public double? Progress { get; init; }

    /// <summary>The number of conditions of the goal; null, and not in the file, without <see cref="Progress"/>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? NConditions { get; init; }

    /// <summary>A problem of the simulation, in one line; null, and not in the file, when there was none.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }

    /// <summary>
    /// How often the episode was begun, where the policy lost its connection in it, or the environment its simulator; null, and not in
    /// the file, for once. The result is that of the last time.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Attempts { get; init; }

    /// <summary>
    /// Why the episode could not be played, in one line: its simulator crashed or did not return each time. It then has no result,
    /// and counts neither as a failure nor as a success. Null, and not in the file, for an episode that was played.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Error { get; init; }

    /// <summary>The video, relative to the output folder; null when there is none.</summary>
    public string? VideoPath { get; init; }

    /// <summary>Identifies the episode in its run.</summary>
    [JsonIgnore]
    public EpisodeKey Key => new(Suite ?? "", TaskGroup, TaskId, EpisodeIndex);

    /// <summary>
    /// Whether another record of the same episode has the same result: everything but the timings, the attempts, the video, the
    /// warning and the diagnostics, which an older version did not record.
    /// </summary>
    public bool HasResultOf(EpisodeRecord other)
    {
        ArgumentNullException.ThrowIfNull(other);
        return this == other with { Timings = Timings, Attempts = Attempts, VideoPath = VideoPath, Warning = Warning, Diagnostics = Diagnostics };
    }

    /// <summary>An episode that has no result: one that is planned, or that could not be played.</summary>
    internal static EpisodeRecord Unplayed(EpisodeSpec episode) => new()
    {
        Suite = episode.Task.Suite,
        TaskGroup = episode.Task.Group,
        TaskId = episode.Task.Id,
        Task = episode.Task.Name,
        EpisodeIndex = episode.Index,
        Seed = episode.Seed,
        InitStateId = episode.InitStateId,
        Steps = null,
        SumReward = 0,
        MaxReward = 0,
        Success = false,
        Timings = null,
    };

    /// <summary>The durations of the episode's parts; null when the file does not record them.</summary>
    public required EpisodeTimings? Timings { get; init; }

    /// <summary>What the policy observed and did, compared with the statistics of its data; null, and not in the file, where it was not recorded.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public EpisodeDiagnostics? Diagnostics { get; init; }
}
