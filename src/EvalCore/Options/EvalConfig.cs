using System.ComponentModel;

namespace EvalCore.Options;

/// <summary>How many episodes, and how many at once: the flags <c>--eval.*</c>, LeRobot's <c>EvalConfig</c>.</summary>
public sealed class EvalConfig
{
    private const int MostByDefault = 64;

    /// <summary>Episodes per task.</summary>
    [Description("episodes per task")]
    public int NEpisodes { get; set; } = 50;

    /// <summary>
    /// Episodes in flight at once; 0 chooses by the machine's cores. No result depends on it. After
    /// <see cref="Resolve"/> it is the number itself.
    /// </summary>
    [Description("episodes in flight at once; 0 chooses by the cores. No result depends on it")]
    public int BatchSize { get; set; }

    /// <summary>Whether environments step on threads of their own.</summary>
    [Description("step environments on threads of their own (with more than one in flight)")]
    public bool UseAsyncEnvs { get; set; } = true;

    /// <summary>Of how many episodes per task a video is written: the first ones.</summary>
    [Description("write a video of the first so many episodes of a task; 0 writes none")]
    public int NEpisodesToRender { get; set; } = 10;

    /// <summary>
    /// Settles what depends on the machine, as LeRobot does: an automatic batch size is 0.7 of the cores, at least 1,
    /// at most <see cref="NEpisodes"/> and 64; with one episode in flight there is nothing to step asynchronously.
    /// </summary>
    /// <exception cref="EvalCoreException">A number is out of range.</exception>
    internal void Resolve(int cores)
    {
        if (NEpisodes < 1)
            throw new EvalCoreException($"--eval.n_episodes: {NEpisodes} is not possible; at least 1 episode is needed");
        if (BatchSize < 0)
            throw new EvalCoreException($"--eval.batch_size: {BatchSize} is not possible; give a positive number, or 0 to choose by the cores");
        if (NEpisodesToRender < 0)
            throw new EvalCoreException($"--eval.n_episodes_to_render: {NEpisodesToRender} is not possible; give 0 to write no videos");
        if (BatchSize == 0)
            BatchSize = Math.Max(1, Math.Min((int)(cores * 0.7), Math.Min(NEpisodes, MostByDefault)));
        UseAsyncEnvs &= BatchSize > 1;
    }

    /// <summary>Refuses a seed of a run that lerobot-eval refuses: it seeds numpy's global generator, which takes 32 bits.</summary>
    /// <exception cref="EvalCoreException">The seed is out of range.</exception>
    internal static void CheckSeed(long seed)
    {
        if (seed is < 0 or > uint.MaxValue)
            throw new EvalCoreException($"--seed: {seed} is not possible; give a number from 0 to {uint.MaxValue}");
    }
}
