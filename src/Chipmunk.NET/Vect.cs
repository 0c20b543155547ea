namespace Chipmunk;

/// <summary><c>cpVect</c>: a point or a direction in the plane.</summary>
/// <param name="X">The first coordinate.</param>
/// <param name="Y">The second coordinate.</param>
public readonly record struct Vect(double X, double Y)
{
    /// <summary>The sum, component by component.</summary>
    public static Vect operator +(Vect a, Vect b) => new(a.X + b.X, a.Y + b.Y);

    /// <summary>The difference, component by component.</summary>
    public static Vect operator -(Vect a, Vect b) => new(a.X - b.X, a.Y - b.Y);

    /// <summary>The vector times a number.</summary>
    public static Vect operator *(double s, Vect a) => new(s * a.X, s * a.Y);

    /// <summary>The sum, component by component.</summary>
    public static Vect Add(Vect a, Vect b) => a + b;

    /// <summary>The difference, component by component.</summary>
    public static Vect Subtract(Vect a, Vect b) => a - b;

    /// <summary>The vector times a number.</summary>
    public static Vect Multiply(double s, Vect a) => s * a;
}
