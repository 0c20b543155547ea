namespace Chipmunk;

/// <summary><c>cpSegmentShape</c>: a line segment with thickness and rounded ends.</summary>
public sealed class SegmentShape : Shape
{
    /// <summary><c>cpSegmentShapeNew</c>: a segment attached to a body.</summary>
    /// <param name="body">The body it is attached to.</param>
    /// <param name="a">One end, in the body's coordinates.</param>
    /// <param name="b">The other end, in the body's coordinates.</param>
    /// <param name="radius">Half the thickness.</param>
    public SegmentShape(Body body, Vect a, Vect b, double radius)
        : base(Native.cpSegmentShapeNew((body ?? throw new ArgumentNullException(nameof(body))).Handle, Valid.Finite(a), Valid.Finite(b), Valid.FiniteNotNegative(radius)), body)
    {
    }

    /// <summary>One end, in the body's coordinates.</summary>
    public Vect A => Native.cpSegmentShapeGetA(Handle);

    /// <summary>The other end, in the body's coordinates.</summary>
    public Vect B => Native.cpSegmentShapeGetB(Handle);

    /// <summary>Half the thickness.</summary>
    public double Radius => Native.cpSegmentShapeGetRadius(Handle);
}
