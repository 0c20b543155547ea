using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Isolation;
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

    /// <summary>Where environments are. Results do not depend on it.</summary>
    [Description("process: each environment in a process of its own, so that a simulator that crashes or hangs costs one attempt of one episode")]
    public IsolationMode Isolation { get; init; } = IsolationMode.None;

    /// <summary>
    /// How long a reset, the steps up to the next observation, an observation or an inference may take, in seconds; 0 derives it from
    /// the run's own times: a hundred times the slowest so far, at least a minute, for the first of an environment at least five.
    /// </summary>
    [Description("seconds that a reset, step, image or inference may take before the attempt is given up; 0 derives it from the run's own times")]
    [Range(0, double.MaxValue)]
    public double EpisodeTimeout { get; init; }

    /// <summary>The most renderers that render at once, those of videos included; 0 for no limit.</summary>
    [Description("the most renderers that render at once; 0 sets no limit")]
    [Range(0, int.MaxValue)]
    public int MaxRenderers { get; init; }

    /// <summary>Whether a resumed run plays the episodes again that are errors.</summary>
    [Description("play the episodes again that an interrupted run has given up as errors")]
    public bool RetryErrors { get; init; }

    /// <summary>
    /// The number of episodes in flight: <see cref="BatchSize"/>, at most 4096, or when that is 0 lerobot-eval's rule: 0.7 of the
    /// cores, at least 1, at most 64, and at most the episodes of the whole run.
    /// </summary>
    /// <param name="cores">The number of processors.</param>
    /// <param name="episodes">The number of episodes of the whole run.</param>
    public int EnvsInFlight(int cores, long episodes) =>
        BatchSize > 0 ? Math.Min(BatchSize, MostInFlight) : (int)Math.Max(1, Math.Min((long)(cores * 0.7), Math.Min(episodes, MostByDefault)));
}
