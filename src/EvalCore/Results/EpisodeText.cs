namespace EvalCore.Results;

/// <summary>Episodes in sentences.</summary>
internal static class EpisodeText
{
    /// <summary>A number of episodes: <c>1 episode</c>, <c>2 episodes</c>.</summary>
    public static string Count(long episodes) => episodes == 1 ? "1 episode" : $"{episodes} episodes";
}
