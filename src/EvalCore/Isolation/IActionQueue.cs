namespace EvalCore.Isolation;

/// <summary>
/// An environment that is told which actions come next. It plays them all when the first is played, and stops where the episode
/// ends: one exchange with its process for all of them.
/// </summary>
internal interface IActionQueue
{
    /// <summary>The most actions that it takes; at least 1.</summary>
    int MostAhead { get; }

    /// <summary>Says which actions the next calls of <c>Step</c> will have, in their order.</summary>
    /// <param name="actions">Row-major [count, action dimension].</param>
    /// <param name="count">1 to <see cref="MostAhead"/>.</param>
    void Announce(ReadOnlySpan<double> actions, int count);
}
