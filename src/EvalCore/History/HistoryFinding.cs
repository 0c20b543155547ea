namespace EvalCore.History;

/// <summary>What a check found about the last run of a policy, or the last time of a series.</summary>
/// <param name="IsBad">Whether the success rate dropped, or the time grew.</param>
/// <param name="Text">One line with the figures.</param>
public sealed record HistoryFinding(bool IsBad, string Text)
{
    /// <summary>Whether there were earlier entries to compare with.</summary>
    public bool IsCompared { get; init; } = true;
}
