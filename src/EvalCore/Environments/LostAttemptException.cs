namespace EvalCore.Environments;

/// <summary>
/// Something that an episode needs broke down while it was played: a server, a process. The episode did not fail. The scheduler
/// plays it again from its initial state, with the same result as if nothing had happened. The message is one line that says
/// what broke down; it has no time or address that differs from attempt to attempt.
/// </summary>
public abstract class LostAttemptException : Exception
{
    private protected LostAttemptException(string message) : base(message)
    {
    }

    private protected LostAttemptException(string message, Exception? innerException) : base(message, innerException)
    {
    }
}
