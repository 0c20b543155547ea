using EvalCore.Results;

namespace EvalCore.Queries;

/// <summary>A run that a query reads.</summary>
/// <param name="name">Its name in the column <c>run</c>.</param>
/// <param name="load">Reads its result, when the query first needs it: a query over steps alone does not.</param>
/// <param name="stepFiles">The files with its recorded steps; empty where none are recorded.</param>
public sealed class QueriedRun(string name, Func<EvalInfo> load, IReadOnlyList<string> stepFiles)
{
    private readonly Lazy<EvalInfo> _info = new(load);

    /// <summary>Its name in the column <c>run</c>.</summary>
    public string Name => name;

    /// <summary>Its result.</summary>
    /// <exception cref="EvalCoreException">It is damaged.</exception>
    public EvalInfo Info => _info.Value;

    /// <summary>The files with its recorded steps; empty where none are recorded.</summary>
    public IReadOnlyList<string> StepFiles => stepFiles;

    /// <summary>Whether some steps are in no file yet: the run goes on, or was killed.</summary>
    public bool HasMoreSteps { get; init; }
}
