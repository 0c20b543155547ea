namespace EvalCore.Rollout;

/// <summary>LeRobot's rule for <c>--eval.batch_size</c>.</summary>
public static class BatchSize
{
    /// <summary>The most environments that are opened without being asked for by number.</summary>
    private const int MostByDefault = 64;

    /// <summary>
    /// The number of environments that play at once: the one asked for, or for 0 as many as 70 % of the cores, at
    /// least 1, at most <paramref name="nEpisodes"/> and 64.
    /// </summary>
    public static int Resolve(int requested, int nEpisodes, int cores) => requested > 0
        ? requested
        : Math.Max(1, Math.Min((int)(cores * 0.7), Math.Min(nEpisodes, MostByDefault)));
}
