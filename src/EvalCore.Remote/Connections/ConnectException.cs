namespace EvalCore.Remote.Connections;

/// <summary>No connection to the server could be made. The message is a phrase that says why.</summary>
/// <param name="message">The reason, and what to do.</param>
/// <param name="isTransient">Whether another attempt may succeed, as when the server starts.</param>
/// <param name="cause">The cause; null for none.</param>
internal sealed class ConnectException(string message, bool isTransient, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>Whether another attempt may succeed.</summary>
    public bool IsTransient { get; } = isTransient;
}
