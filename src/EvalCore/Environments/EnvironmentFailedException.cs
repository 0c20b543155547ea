namespace EvalCore.Environments;

/// <summary>
/// An exception in an environment that plays in another process. The message is one line: the exception's type and its message.
/// </summary>
public sealed class EnvironmentFailedException : Exception
{
    private readonly string _details;

    /// <summary>Makes the exception.</summary>
    /// <param name="message">The line.</param>
    /// <param name="details">The text of the exception in the other process, with its stack trace.</param>
    public EnvironmentFailedException(string message, string details) : base(message) => _details = details;

    /// <inheritdoc/>
    public override string ToString() => $"{base.ToString()}\n--- in the process of the environment ---\n{_details}";
}
