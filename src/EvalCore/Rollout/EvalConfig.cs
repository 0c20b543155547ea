using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Recording;

namespace EvalCore.Rollout;

/// <summary>
/// The number of episodes and how they are run: the flags <c>--eval.*</c>, LeRobot's <c>EvalConfig</c>.
/// </summary>
public sealed record EvalConfig
{
    private const int MostByDefault = 64;

    // Each has a thread and a simulator of its own.
    private const int MostInFlight = 4096;

    /// <summary>Episodes per task.</summary>
    [Description("episodes per task")]
    [Range(1, int.MaxValue)]
    public int NEpisodes { get; init; } = 50;

    /// <summary>
    /// Episodes in flight at once; 0 derives it from the number of cores. Results do not depend on it.
    /// </summary>
    [Description("episodes in flight at once; 0 derives it from the cores. Results do not depend on it")]
    [Range(0, int.MaxValue)]
    public int BatchSize { get; init; }

    /// <summary>Whether each environment steps on its own thread.</summary>
    [Description("step each environment on its own thread (with more than one in flight)")]
    public bool UseAsyncEnvs { get; init; } = true;

    /// <summary>The number of episodes per task with a video: the first ones.</summary>
    [Description("write videos of the first N episodes of each task; 0 writes none")]
    [Range(0, int.MaxValue)]
    public int NEpisodesToRender { get; init; } = 10;

    /// <summary>What is recorded of each episode besides its result.</summary>
    [Description("record each step (action, reward, success, goal conditions, simulator state) in Parquet, for evalcore query and video")]
    public RecordedData Record { get; init; } = RecordedData.None;

    /// <summary>
    /// The number of episodes in flight: <see cref="BatchSize"/>, at most 4096, or when that is 0 lerobot-eval's rule: 0.7 of the
    /// cores, at least 1, at most 64, and at most the episodes of the whole run.
    /// </summary>
    /// <param name="cores">The number of processors.</param>
    /// <param name="episodes">The number of episodes of the whole run.</param>
    public int EnvsInFlight(int cores, long episodes) =>
        BatchSize > 0 ? Math.Min(BatchSize, MostInFlight) : (int)Math.Max(1, Math.Min((long)(cores * 0.7), Math.Min(episodes, MostByDefault)));
}
