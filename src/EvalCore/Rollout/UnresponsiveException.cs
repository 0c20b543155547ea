namespace EvalCore.Rollout;

/// <summary>
/// A simulator or a policy in this process does not return from a call. Its thread cannot be ended, so the run ends. The message is
/// one line that names the episode and the call, and what can be done.
/// </summary>
public sealed class UnresponsiveException : Exception
{
    /// <summary>Makes the exception.</summary>
    public UnresponsiveException(string message) : base(message)
    {
    }
}
