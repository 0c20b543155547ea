namespace EvalCore.Environments;

/// <summary>
/// A reusable buffer for what an environment is asked for. It is allocated once and pinned, so that pictures go from
/// the simulator to a tensor without a copy in between.
/// </summary>
public sealed class Observation
{
    private readonly double[][] _vectors;
    private readonly byte[][] _pictures;

    /// <summary>Allocates a buffer for every field of <paramref name="space"/>.</summary>
    public Observation(ObservationSpace space)
    {
        Space = space;
        _vectors = new double[space.Count][];
        _pictures = new byte[space.Count][];
        for (int i = 0; i < space.Count; i++)
        {
            bool picture = space[i].Kind == ObservationKind.Image;
            _vectors[i] = picture ? [] : GC.AllocateArray<double>(space[i].Length, pinned: true);
            _pictures[i] = picture ? GC.AllocateArray<byte>(space[i].Length, pinned: true) : [];
        }
    }

    /// <summary>The fields this buffer holds: what is requested.</summary>
    public ObservationSpace Space { get; }

    /// <summary>Whether a field is requested.</summary>
    public bool Has(string key) => Space.IndexOf(key) >= 0;

    /// <summary>The numbers of the field at a position; empty for a picture.</summary>
    public Span<double> Vector(int index) => _vectors[index];

    /// <summary>The numbers of a field.</summary>
    /// <exception cref="KeyNotFoundException">No such field is requested.</exception>
    public Span<double> Vector(string key) => _vectors[Index(key)];

    /// <summary>The picture at a position, height x width x 3; empty for numbers.</summary>
    public Span<byte> Image(int index) => _pictures[index];

    /// <summary>The picture of a field, height x width x 3.</summary>
    /// <exception cref="KeyNotFoundException">No such field is requested.</exception>
    public Span<byte> Image(string key) => _pictures[Index(key)];

    private int Index(string key)
    {
        int index = Space.IndexOf(key);
        return index >= 0 ? index : throw new KeyNotFoundException($"'{key}' is not part of this observation");
    }
}
