namespace EvalCore.Environments;

/// <summary>
/// A reusable buffer for an observation. It is allocated once and pinned, so an image reaches a tensor without an
/// intermediate copy.
/// </summary>
public sealed class Observation
{
    private readonly double[][] _vectors;
    private readonly byte[][] _images;

    /// <summary>Allocates a buffer for every field of <paramref name="space"/>.</summary>
    public Observation(ObservationSpace space)
    {
        Space = space;
        _vectors = new double[space.Count][];
        _images = new byte[space.Count][];
        for (int i = 0; i < space.Count; i++)
        {
            bool image = space[i].Kind == ObservationKind.Image;
            _vectors[i] = image ? [] : GC.AllocateArray<double>(space[i].Length, pinned: true);
            _images[i] = image ? GC.AllocateArray<byte>(space[i].Length, pinned: true) : [];
        }
    }

    /// <summary>The fields of this buffer.</summary>
    public ObservationSpace Space { get; }

    /// <summary>The numbers of the field at a position; empty for an image.</summary>
    public Span<double> Vector(int index) => _vectors[index];

    /// <summary>The numbers of a field.</summary>
    /// <exception cref="KeyNotFoundException">The buffer has no such field.</exception>
    public Span<double> Vector(string key) => _vectors[Index(key)];

    /// <summary>The image at a position, height x width x 3; empty for numbers.</summary>
    public Span<byte> Image(int index) => _images[index];

    /// <summary>The image of a field, height x width x 3.</summary>
    /// <exception cref="KeyNotFoundException">The buffer has no such field.</exception>
    public Span<byte> Image(string key) => _images[Index(key)];

    private int Index(string key)
    {
        int index = Space.IndexOf(key);
        return index >= 0 ? index : throw new KeyNotFoundException($"'{key}' is not part of this observation");
    }
}
