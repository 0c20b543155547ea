namespace Chipmunk;

/// <summary><c>cpPolyShape</c>: a convex polygon.</summary>
public sealed class PolyShape : Shape
{
    /// <summary><c>cpPolyShapeNew</c>: the convex hull of the given points.</summary>
    /// <param name="body">The body it is attached to.</param>
    /// <param name="vertices">The points in the body's coordinates.</param>
    /// <param name="radius">The radius of the rounded corners, added outside the hull; 0 for sharp corners.</param>
    public PolyShape(Body body, ReadOnlySpan<Vect> vertices, double radius)
        : base(New(body, vertices, radius), body)
    {
    }

    /// <summary>The number of vertices of the hull.</summary>
    public int Count => Native.cpPolyShapeGetCount(Handle);

    /// <summary>A vertex of the hull in the body's coordinates.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The index is not below <see cref="Count"/>.</exception>
    public Vect this[int index] => (uint)index < (uint)Count
        ? Native.cpPolyShapeGetVert(Handle, index)
        : throw new ArgumentOutOfRangeException(nameof(index));

    private static unsafe ShapeHandle New(Body body, ReadOnlySpan<Vect> vertices, double radius)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (vertices.IsEmpty)
            throw new ArgumentException("A polygon needs at least one point.", nameof(vertices));
        foreach (Vect vertex in vertices)
            Valid.Finite(vertex, nameof(vertices));
        fixed (Vect* first = vertices)
            return Native.cpPolyShapeNew(body.Handle, vertices.Length, first, Transform.Identity, Valid.FiniteNotNegative(radius));
    }
}
