namespace Chipmunk;

/// <summary><c>cpCircleShape</c>: a circle.</summary>
public sealed class CircleShape : Shape
{
    /// <summary><c>cpCircleShapeNew</c>: a circle attached to a body.</summary>
    /// <param name="body">The body it is attached to.</param>
    /// <param name="radius">The radius.</param>
    /// <param name="offset">The centre, in the body's coordinates.</param>
    public CircleShape(Body body, double radius, Vect offset)
        : base(Native.cpCircleShapeNew((body ?? throw new ArgumentNullException(nameof(body))).Handle, Valid.FiniteNotNegative(radius), Valid.Finite(offset)), body)
    {
    }

    /// <summary>The radius.</summary>
    public double Radius => Native.cpCircleShapeGetRadius(Handle);
}
