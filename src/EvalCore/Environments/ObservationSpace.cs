using System.Collections;

namespace EvalCore.Environments;

/// <summary>The fields of an observation, in LeRobot's order.</summary>
public sealed class ObservationSpace : IReadOnlyList<ObservationField>
{
    private readonly ObservationField[] _fields;

    /// <summary>Makes a space of the given fields.</summary>
    /// <exception cref="ArgumentException">Two fields have the same key.</exception>
    public ObservationSpace(params IEnumerable<ObservationField> fields)
    {
        _fields = [.. fields];
        if (_fields.DistinctBy(field => field.Key).Count() != _fields.Length)
            throw new ArgumentException("Two fields of an observation have the same key.", nameof(fields));
    }

    /// <inheritdoc/>
    public int Count => _fields.Length;

    /// <inheritdoc/>
    public ObservationField this[int index] => _fields[index];

    /// <summary>The position of a field, or -1 when the space has none of that name.</summary>
    public int IndexOf(string key)
    {
        for (int i = 0; i < _fields.Length; i++)
        {
            if (_fields[i].Key == key)
                return i;
        }

        return -1;
    }

    /// <summary>
    /// Selects fields by name. Fields that are not selected are not computed: a camera that is not selected is not
    /// rendered.
    /// </summary>
    /// <exception cref="EvalCoreException">A name is not a field of the space.</exception>
    public ObservationSpace Select(IEnumerable<string> keys)
    {
        string[] all = [.. keys];
        var wanted = all.ToHashSet();
        var selected = new ObservationSpace(_fields.Where(field => wanted.Remove(field.Key)));
        return wanted.Count == 0
            ? selected
            : throw new EvalCoreException(
                $"the policy reads {string.Join(", ", all)}, but the environment has only {string.Join(", ", _fields.Select(f => f.Key))}: '{wanted.First()}' is missing");
    }

    /// <inheritdoc/>
    public IEnumerator<ObservationField> GetEnumerator() => ((IEnumerable<ObservationField>)_fields).GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
}
