using EvalCore.Results;

namespace EvalCore.History;

/// <summary>A history of runs in one file. Several processes may use it at once.</summary>
public interface IRunHistory : IDisposable
{
    /// <summary>
    /// Adds entries that are not there yet, all or none of them. One of a run that was resumed (<see cref="HistoryEntry.Run"/>) replaces the
    /// run's earlier one.
    /// </summary>
    /// <returns>How many were added.</returns>
    /// <exception cref="EvalCoreException">The file is locked, or cannot be written.</exception>
    int Add(IReadOnlyList<HistoryEntry> entries);

    /// <summary>The entries in the order of time, without their results.</summary>
    IReadOnlyList<HistoryEntry> Entries();

    /// <summary>The result of a run as far as it is kept: provenance, and task, seed and success of each episode.</summary>
    EvalInfo ResultOf(HistoryEntry entry);
}
