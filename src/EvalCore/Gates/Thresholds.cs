using EvalCore.Options;

namespace EvalCore.Gates;

/// <summary>The thresholds of a gate's tasks, or of its groups of tasks: one for all of them, and one for each by name.</summary>
/// <param name="parameter">The parameter for all of them; with a dot and a name, it is that of one.</param>
internal sealed class Thresholds(string parameter)
{
    private readonly Dictionary<string, double> _own = new(StringComparer.Ordinal);

    /// <summary>Those given by environment variables, in which a name is in capital letters.</summary>
    private readonly Dictionary<string, double> _ofVariables = new(StringComparer.Ordinal);

    /// <summary>The threshold of those without one of their own, in percent; null for none.</summary>
    public double? OfAll { get; private set; }

    /// <summary>Whether there is no threshold.</summary>
    public bool IsEmpty => OfAll is null && _own.Count == 0 && _ofVariables.Count == 0;

    /// <summary>Whether a parameter sets one of these thresholds.</summary>
    public bool Concerns(string name) => name == parameter || name.StartsWith(parameter + ".", StringComparison.Ordinal);

    /// <summary>Sets the threshold of a parameter.</summary>
    /// <param name="name">The parameter, without the suite.</param>
    /// <param name="percent">The threshold.</param>
    /// <param name="isVariable">Whether an environment variable gives it.</param>
    public void Set(string name, double percent, bool isVariable)
    {
        if (name == parameter)
            OfAll = percent;
        else if (isVariable)
            _ofVariables[GateParameter.VariableOf(name[(parameter.Length + 1)..])] = percent;
        else
            _own[name[(parameter.Length + 1)..]] = percent;
    }

    /// <summary>The threshold of one, in percent; 0 for none.</summary>
    public double Of(string name) =>
        _ofVariables.TryGetValue(GateParameter.VariableOf(name), out double variable) ? variable
        : _own.TryGetValue(name, out double own) ? own
        : OfAll ?? 0;

    /// <summary>Checks the names.</summary>
    /// <param name="what">What has the names: a task, a group.</param>
    /// <param name="known">The names that there are.</param>
    /// <exception cref="EvalCoreException">A threshold is of another name.</exception>
    public void Check(string what, IReadOnlyList<string> known)
    {
        if (_own.Keys.FirstOrDefault(name => !known.Contains(name)) is { } unknown)
            throw new EvalCoreException($"{parameter}.{unknown}: the gate plays no {what} of that name{Nearest.Hint(unknown, known)}");
        if (_ofVariables.Keys.FirstOrDefault(variable => !known.Select(GateParameter.VariableOf).Contains(variable)) is { } other)
        {
            // In small letters, as in the file.
            string name = other[GateParameter.VariableOf("").Length..].ToLowerInvariant();
            throw new EvalCoreException($"{parameter}.{name}: the gate plays no {what} of that name{Nearest.Hint(name, known)}");
        }
    }
}
