namespace Chipmunk;

/// <summary><c>cpContactPointSet</c>: the contacts of a pair of shapes, at most two.</summary>
public readonly struct ContactPointSet
{
    // The fields have the order of the native struct.
    private readonly int _count;
    private readonly Vect _normal;
    private readonly ContactPoint _first;
    private readonly ContactPoint _second;

    internal ContactPointSet(Vect normal, params ReadOnlySpan<ContactPoint> points)
    {
        _normal = normal;
        _count = points.Length;
        _first = _count > 0 ? points[0] : default;
        _second = _count > 1 ? points[1] : default;
    }

    /// <summary>The number of contacts, 0 to 2.</summary>
    public int Count => _count;

    /// <summary>The unit normal of the collision, from the first shape to the second.</summary>
    public Vect Normal => _normal;

    /// <summary>A contact by index.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public ContactPoint this[int index] =>
        (uint)index >= (uint)Count ? throw new ArgumentOutOfRangeException(nameof(index))
        : index == 0 ? _first : _second;
}
