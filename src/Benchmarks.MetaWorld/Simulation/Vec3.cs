namespace Benchmarks.MetaWorld.Simulation;

/// <summary>A point or an offset in world coordinates, metres.</summary>
internal readonly record struct Vec3(double X, double Y, double Z)
{
    public static Vec3 Zero => default;

    /// <summary>Along the vertical.</summary>
    public static Vec3 Up(double z) => new(0, 0, z);

    public static Vec3 From(ReadOnlySpan<double> numbers) => new(numbers[0], numbers[1], numbers[2]);

    public static Vec3 operator +(Vec3 a, Vec3 b) => new(a.X + b.X, a.Y + b.Y, a.Z + b.Z);

    public static Vec3 operator -(Vec3 a, Vec3 b) => new(a.X - b.X, a.Y - b.Y, a.Z - b.Z);

    /// <summary>Element by element.</summary>
    public static Vec3 operator *(Vec3 a, Vec3 b) => new(a.X * b.X, a.Y * b.Y, a.Z * b.Z);

    public static Vec3 operator *(double s, Vec3 a) => new(s * a.X, s * a.Y, s * a.Z);

    public static Vec3 operator /(Vec3 a, double s) => new(a.X / s, a.Y / s, a.Z / s);

    public double Norm => Math.Sqrt(X * X + Y * Y + Z * Z);

    public static double Distance(Vec3 a, Vec3 b) => (a - b).Norm;

    /// <summary>The distance after each axis is scaled.</summary>
    public static double Distance(Vec3 a, Vec3 b, Vec3 scale) => ((a - b) * scale).Norm;

    /// <summary>The distance seen from above.</summary>
    public static double DistanceXY(Vec3 a, Vec3 b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y));

    /// <summary>The distance seen along y.</summary>
    public static double DistanceXZ(Vec3 a, Vec3 b) => Math.Sqrt((a.X - b.X) * (a.X - b.X) + (a.Z - b.Z) * (a.Z - b.Z));

    /// <summary>The distance seen along x.</summary>
    public static double DistanceYZ(Vec3 a, Vec3 b) => Math.Sqrt((a.Y - b.Y) * (a.Y - b.Y) + (a.Z - b.Z) * (a.Z - b.Z));

    public void CopyTo(Span<double> numbers)
    {
        numbers[0] = X;
        numbers[1] = Y;
        numbers[2] = Z;
    }
}
