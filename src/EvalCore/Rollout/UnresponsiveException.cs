using EvalCore.Environments;

namespace EvalCore.Rollout;

/// <summary>
/// A simulator or a policy in this process does not return from a call. Its thread cannot be ended, so the run ends: all its episodes
/// that are not over fail with this exception. The message is one line that names the episode and the call, and what can be done.
/// </summary>
public sealed class UnresponsiveException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">The line.</param>
    /// <param name="episode">The episode of the call; null where it is not known.</param>
    public UnresponsiveException(string message, EpisodeSpec? episode = null) : base(message) => Episode = episode;

    /// <summary>The episode of the call; null where it is not known.</summary>
    public EpisodeSpec? Episode { get; }
}
