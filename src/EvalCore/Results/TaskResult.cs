using EvalCore.Features;

namespace EvalCore.Results;

/// <summary>The episodes of one task, in the order of their indices.</summary>
public sealed class TaskResult
{
    internal TaskResult(IReadOnlyList<EpisodeRecord> episodes) => Episodes = episodes;

    /// <summary>The episodes; at least one.</summary>
    public IReadOnlyList<EpisodeRecord> Episodes { get; }

    /// <summary>The environment type; null where the file does not record it.</summary>
    public string? Suite => Episodes[0].Suite;

    /// <summary>The group the task belongs to.</summary>
    public string TaskGroup => Episodes[0].TaskGroup;

    /// <summary>The number of the task in its group.</summary>
    public int TaskId => Episodes[0].TaskId;

    /// <summary>The task's name.</summary>
    public string Task => Episodes[0].Task;

    /// <summary>The metrics of the task's episodes.</summary>
    public Aggregate Metrics => Aggregate.Of(Episodes);

    /// <summary>What the task's episodes saw of each feature, summed in their order; null where none of them records it.</summary>
    public EpisodeDiagnostics? Diagnostics => EpisodeDiagnostics.Sum(Episodes.Select(episode => episode.Diagnostics));
}
