using EvalCore.Results;

namespace EvalCore.Queries;

/// <summary>A run that a query reads.</summary>
/// <param name="Name">Its name in the column <c>run</c>.</param>
/// <param name="Info">Its result.</param>
/// <param name="StepFiles">The files with its recorded steps; empty where none are recorded.</param>
public sealed record QueriedRun(string Name, EvalInfo Info, IReadOnlyList<string> StepFiles)
{
    /// <summary>Whether some steps are in no file yet: the run goes on, or was killed.</summary>
    public bool HasMoreSteps { get; init; }
}
