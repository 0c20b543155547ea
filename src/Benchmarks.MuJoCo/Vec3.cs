namespace Benchmarks.MuJoCo;

/// <summary>A point or an offset in space, metres.</summary>
/// <param name="X">Along the x axis.</param>
/// <param name="Y">Along the y axis.</param>
/// <param name="Z">Along the z axis: up in most models.</param>
public readonly record struct Vec3(double X, double Y, double Z)
{
    /// <summary>The origin.</summary>
    public static Vec3 Zero => default;

    /// <summary>An offset along z.</summary>
    public static Vec3 Up(double z) => new(0, 0, z);

    /// <summary>Reads x, y, z from the first three numbers.</summary>
    public static Vec3 From(ReadOnlySpan<double> numbers) => new(numbers[0], numbers[1], numbers[2]);

    /// <summary>The sum.</summary>
    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    /// <summary>The difference.</summary>
    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>The product of each pair of components.</summary>
    public static Vec3 operator *(Vec3 a, Vec3 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z);

    /// <summary>The product with a number.</summary>
    public static Vec3 operator *(double s, Vec3 a) => new(s * a.X, s * a.Y, s * a.Z);

    /// <summary>The quotient by a number.</summary>
    public static Vec3 operator /(Vec3 a, double s) => new(a.X / s, a.Y / s, a.Z / s);

    /// <summary>
    /// The length, rounded as numpy's <c>linalg.norm</c> on a processor without AVX-512; with AVX-512 its BLAS (OpenBLAS)
    /// uses fused multiply-adds, and the last bit may differ.
    /// </summary>
    public double Norm => Math.Sqrt(X * X + Y * Y + Z * Z);

    /// <summary>The distance of two points.</summary>
    public static double Distance(Vec3 a, Vec3 b) => (a - b).Norm;

    /// <summary>The distance of two points after each axis is multiplied by its scale.</summary>
    public static double Distance(Vec3 a, Vec3 b, Vec3 scale) => ((a - b) * scale).Norm;

    /// <summary>The distance in the x-y plane.</summary>
    public static double DistanceXY(Vec3 a, Vec3 b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));

    /// <summary>The distance in the x-z plane.</summary>
    public static double DistanceXZ(Vec3 a, Vec3 b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Z - b.Z) * (a.Z - b.Z));

    /// <summary>The distance in the y-z plane.</summary>
    public static double DistanceYZ(Vec3 a, Vec3 b) => Math.Sqrt((a.Y - b.Y) * (a.Y - b.Y) + (a.Z - b.Z) * (a.Z - b.Z));

    /// <summary>Writes x, y, z to the first three numbers.</summary>
    public void CopyTo(Span<double> numbers)
    {
        numbers[0] = X;
        numbers[1] = Y;
        numbers[2] = Z;
    }
}
