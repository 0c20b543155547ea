namespace EvalCore.Policies;

/// <summary>An exception in a policy that a user wrote. The message is one line that names the class and the episode.</summary>
public sealed class PolicyFailedException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="message">The line.</param>
    /// <param name="cause">The exception of the user's code.</param>
    public PolicyFailedException(string message, Exception cause) : base(message, cause)
    {
    }
}
