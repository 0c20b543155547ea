using EvalCore.Environments;
using EvalCore.Features;

namespace EvalCore.Results;

/// <summary>The episodes of one task, in the order of their indices.</summary>
public sealed class TaskResult
{
    private readonly EpisodeRecord _any;
    private readonly Lazy<EpisodeDiagnostics?> _diagnostics;

    internal TaskResult(IReadOnlyList<EpisodeRecord> episodes)
    {
        _any = episodes[0];
        Episodes = [.. episodes.Where(episode => episode.Error is null)];
        Errors = [.. episodes.Where(episode => episode.Error is not null)];
        _diagnostics = new(() => EpisodeDiagnostics.Sum(Episodes.Select(episode => episode.Diagnostics)));
    }

    /// <summary>The episodes that were played; empty where none could be.</summary>
    public IReadOnlyList<EpisodeRecord> Episodes { get; }

    /// <summary>The episodes that could not be played.</summary>
    public IReadOnlyList<EpisodeRecord> Errors { get; }

    /// <summary>The key of the task's first episode.</summary>
    internal EpisodeKey Key => _any.Key with { Index = 0 };

    /// <summary>The environment type; null where the file does not record it.</summary>
    public string? Suite => _any.Suite;

    /// <summary>The group the task belongs to.</summary>
    public string TaskGroup => _any.TaskGroup;

    /// <summary>The number of the task in its group.</summary>
    public int TaskId => _any.TaskId;

    /// <summary>The task's name.</summary>
    public string Task => _any.Task;

    /// <summary>The metrics of the task's episodes.</summary>
    public Aggregate Metrics => Aggregate.Of(Episodes);

    /// <summary>What the task's episodes saw of each feature, summed in their order; null where none of them records it.</summary>
    public EpisodeDiagnostics? Diagnostics => _diagnostics.Value;
}
