using EvalCore.Recording;
using EvalCore.Results;

namespace EvalCore.Queries;

/// <summary>A run that a query reads.</summary>
/// <param name="name">Its name in the column <c>run</c>.</param>
/// <param name="load">Reads its result, when the query first needs it: a query over steps alone does not.</param>
/// <param name="steps">Its recorded steps; null where the program has no format of their files.</param>
public sealed class QueriedRun(string name, Func<EvalInfo> load, RecordedSteps? steps)
{
    private readonly Lazy<EvalInfo> _info = new(load);

    /// <summary>Its name in the column <c>run</c>.</summary>
    public string Name => name;

    /// <summary>Its result.</summary>
    /// <exception cref="EvalCoreException">It is damaged.</exception>
    public EvalInfo Info => _info.Value;

    /// <summary>The files with its recorded steps; empty where none are recorded.</summary>
    public IReadOnlyList<string> StepFiles { get; } = steps?.Files ?? [];

    /// <summary>Whether some steps are in no file yet: the run goes on, or was killed.</summary>
    public bool HasMoreSteps { get; } = steps?.HasMore == true;

    /// <summary>Checks that the files with its steps are as they were written. A query that reads none does not need it.</summary>
    /// <exception cref="EvalCoreException">A file is damaged, or cannot be read; the message names it.</exception>
    public void CheckSteps() => steps?.Check();
}
