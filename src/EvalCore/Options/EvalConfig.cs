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
    /// <exception cref="OptionException">A number is out of range.</exception>
    internal void Resolve(int cores)
    {
        if (NEpisodes < 1)
            throw new OptionException($"--eval.n_episodes: {NEpisodes} is not possible; at least 1 episode is needed");
        if (BatchSize < 0)
            throw new OptionException($"--eval.batch_size: {BatchSize} is not possible; give a positive number, or 0 to choose by the cores");
        if (NEpisodesToRender < 0)
            throw new OptionException($"--eval.n_episodes_to_render: {NEpisodesToRender} is not possible; give 0 to write no videos");
        if (BatchSize == 0)
            BatchSize = Math.Max(1, Math.Min((int)(cores * 0.7), Math.Min(NEpisodes, MostByDefault)));
        UseAsyncEnvs &= BatchSize > 1;
    }

    /// <summary>Refuses seeds that numpy's generators do not take: those of all episodes are from 0 to 2^32 - 1.</summary>
    /// <param name="seed">The seed of the first episode of each task.</param>
    /// <exception cref="OptionException">An episode's seed is out of range.</exception>
    internal void CheckSeeds(long seed)
    {
        long last = uint.MaxValue - (NEpisodes - 1L);
        if (seed < 0 || seed > last)
            throw new OptionException($"--seed: {seed} is not possible; give a number from 0 to {last} (episode k has seed + k)");
    }
}
