using EvalCore.Environments;

namespace EvalCore.Recording;

/// <summary>The recorded steps of a finished episode.</summary>
/// <param name="Suite">The environment type.</param>
/// <param name="TaskGroup">The group of the task.</param>
/// <param name="TaskId">The number of the task in its group.</param>
/// <param name="Task">The task's name.</param>
/// <param name="EpisodeIndex">The number of the episode in its task, from 0.</param>
/// <param name="Seed">The seed of the environment's reset.</param>
/// <param name="InitStateId">The number of the stored initial state; null where there is none.</param>
/// <param name="Layout">What a row contains.</param>
/// <param name="Values">
/// The rows, one after the other. Row 0 is the state after the reset, its reward, flags and action are NaN; row k is the k-th
/// step: the action, its reward and flags, and the conditions and state after it.
/// </param>
public sealed record RecordedEpisode(
    string Suite, string TaskGroup, int TaskId, string Task, int EpisodeIndex, long Seed, int? InitStateId, StepLayout Layout, ReadOnlyMemory<double> Values)
{
    /// <summary>Identifies the episode in its run.</summary>
    public EpisodeKey Key => new(Suite, TaskGroup, TaskId, EpisodeIndex);

    /// <summary>The number of rows.</summary>
    public int Rows => Values.Length / Layout.Width;

    /// <summary>The number of steps.</summary>
    public int Steps => Rows - 1;

    /// <summary>A row.</summary>
    public ReadOnlySpan<double> this[int row] => Values.Span.Slice(row * Layout.Width, Layout.Width);

    /// <summary>The action of a step, from 1.</summary>
    public ReadOnlySpan<double> Action(int step) => this[step].Slice(StepLayout.Action, Layout.ActionDimension);

    /// <summary>The reward of a step, from 1.</summary>
    public double Reward(int step) => this[step][StepLayout.Reward];
}
