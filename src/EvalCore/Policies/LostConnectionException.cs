using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// A policy lost the connection to what computes its actions, in the middle of an episode. Thrown by a policy or its session.
/// The episode did not fail: the scheduler plays it again from its initial state, at most
/// <see cref="IPolicy.EpisodeAttempts"/> times. The message is one line that says what happened to the connection.
/// </summary>
public sealed class LostConnectionException : LostAttemptException
{
    /// <summary>Makes the exception.</summary>
    public LostConnectionException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public LostConnectionException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
