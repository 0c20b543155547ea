namespace Chipmunk;

/// <summary><c>cpCircleShape</c>.</summary>
public sealed class CircleShape : Shape
{
    /// <summary><c>cpCircleShapeNew</c>.</summary>
    /// <param name="body">The body it is attached to.</param>
    /// <param name="radius">Its radius.</param>
    /// <param name="offset">Its centre in the body's coordinates.</param>
    public CircleShape(Body body, double radius, Vect offset)
        : base(Native.cpCircleShapeNew((body ?? throw new ArgumentNullException(nameof(body))).Handle, radius, offset), body)
    {
    }

    /// <summary>The radius.</summary>
    public double Radius => Native.cpCircleShapeGetRadius(Handle);
}
