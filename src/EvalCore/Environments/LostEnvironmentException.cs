namespace EvalCore.Environments;

/// <summary>
/// An environment lost its simulator in the middle of an episode: the simulator's process crashed, or did not return from a call.
/// The scheduler plays the episode again from its initial state in a new environment. An episode that is lost three times with
/// the same message is an error (<c>EpisodeRecord.Error</c>), which counts neither as a failure nor as a success.
/// </summary>
public sealed class LostEnvironmentException : LostAttemptException
{
    /// <summary>Makes the exception.</summary>
    public LostEnvironmentException(string message) : base(message)
    {
    }

    /// <summary>Makes the exception with its cause.</summary>
    public LostEnvironmentException(string message, Exception innerException) : base(message, innerException)
    {
    }
}
