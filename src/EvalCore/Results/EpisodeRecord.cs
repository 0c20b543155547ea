using System.Text.Json.Serialization;

namespace EvalCore.Results;

/// <summary>
/// A finished episode: the unit of every result. Journal, <c>eval_info.json</c>, progress and gates read or write it.
/// </summary>
public sealed record EpisodeRecord
{
    /// <summary>The environment type, for example <c>pusht</c>.</summary>
    public required string Suite { get; init; }

    /// <summary>The group the task is aggregated under.</summary>
    public required string TaskGroup { get; init; }

    /// <summary>The number of the task in its group.</summary>
    public required int TaskId { get; init; }

    /// <summary>The task's name.</summary>
    public required string Task { get; init; }

    /// <summary>The number of the episode in its task, from 0.</summary>
    public required int EpisodeIndex { get; init; }

    /// <summary>The seed of the environment's reset.</summary>
    public required long Seed { get; init; }

    /// <summary>The stored initial state the episode started from, where the suite has such.</summary>
    public int? InitStateId { get; init; }

    /// <summary>Steps, up to and with the last one.</summary>
    public required int Steps { get; init; }

    /// <summary>
    /// The sum of the rewards of the episode's own steps. (lerobot-eval with a batch size above 1 adds the first
    /// reward of the next, automatically reset episode.)
    /// </summary>
    public required double SumReward { get; init; }

    /// <summary>The largest reward of a step.</summary>
    public required double MaxReward { get; init; }

    /// <summary>Whether any step succeeded.</summary>
    public required bool Success { get; init; }

    /// <summary>What the simulator had to say against the episode; null, and not in the file, when nothing.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Warning { get; init; }

    /// <summary>The video, relative to the output folder; null where none was asked for.</summary>
    public string? VideoPath { get; init; }

    /// <summary>Where the time went.</summary>
    public required EpisodeTimings Timings { get; init; }
}
