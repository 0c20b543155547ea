namespace Chipmunk;

/// <summary><c>cpTransform</c>: maps (x, y) to (a x + c y + tx, b x + d y + ty).</summary>
internal readonly record struct Transform(double A, double B, double C, double D, double Tx, double Ty)
{
    public static Transform Identity => new(1, 0, 0, 1, 0, 0);
}
