namespace EvalCore.Environments;

/// <summary>A reusable buffer for the state of a simulator: named float64 vectors.</summary>
public sealed class SimulatorState
{
    private readonly double[][] _vectors;

    /// <summary>Allocates a vector for every field.</summary>
    public SimulatorState(IReadOnlyList<StateField> fields)
    {
        Fields = fields;
        _vectors = [.. fields.Select(field => new double[field.Length])];
    }

    /// <summary>The names and lengths of the vectors.</summary>
    public IReadOnlyList<StateField> Fields { get; }

    /// <summary>The vector at a position.</summary>
    public Span<double> this[int index] => _vectors[index];

    /// <summary>The vector with a name.</summary>
    /// <exception cref="KeyNotFoundException">The state has no such vector.</exception>
    public Span<double> this[string name]
    {
        get
        {
            for (int i = 0; i < _vectors.Length; i++)
            {
                if (Fields[i].Name == name)
                    return _vectors[i];
            }

            throw new KeyNotFoundException($"the state has no '{name}', only {string.Join(", ", Fields.Select(field => field.Name))}");
        }
    }
}
