namespace EvalCore.Hub;

/// <summary>
/// A repository or a file of it cannot be had. The message is one line that names the repository or variable and says what
/// to do; it never has a token in it.
/// </summary>
/// <param name="problem">The kind of problem.</param>
/// <param name="message">The line.</param>
/// <param name="cause">The cause; null where the Hub's answer is the cause.</param>
public sealed class HubException(HubProblem problem, string message, Exception? cause = null) : Exception(message, cause)
{
    /// <summary>The kind of problem.</summary>
    public HubProblem Problem { get; } = problem;

    /// <summary>Whether another attempt can help.</summary>
    internal bool IsTransient { get; init; }

    /// <summary>Whether the Hub has answered.</summary>
    internal bool IsAnswer { get; init; }

    /// <summary>How long the Hub asks to wait before the next attempt; null where it does not say.</summary>
    internal TimeSpan? RetryAfter { get; init; }
}
