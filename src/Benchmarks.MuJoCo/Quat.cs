namespace Benchmarks.MuJoCo;

/// <summary>
/// An orientation as a quaternion. MuJoCo stores w, x, y, z (<see cref="From"/>, <see cref="CopyTo"/>); scipy and robosuite
/// store x, y, z, w (<see cref="CopyXyzwTo"/>).
/// </summary>
/// <param name="W">The real part.</param>
/// <param name="X">The x component.</param>
/// <param name="Y">The y component.</param>
/// <param name="Z">The z component.</param>
public readonly record struct Quat(double W, double X, double Y, double Z)
{
    /// <summary>Four zeros: what some tasks report for an object without an orientation.</summary>
    public static Quat Zero => default;

    /// <summary>Reads w, x, y, z from the first four numbers.</summary>
    public static Quat From(ReadOnlySpan<double> numbers) => new(numbers[0], numbers[1], numbers[2], numbers[3]);

    /// <summary>
    /// The quaternion of a rotation matrix, to the last bit as scipy 1.17's <c>Rotation.from_matrix</c> computes it: from
    /// the largest of the diagonal and the trace, without a rule for the sign.
    /// </summary>
    /// <param name="m">3 x 3, row-major.</param>
    public static Quat FromMatrix(ReadOnlySpan<double> m)
    {
        double trace = m[0] + m[4] + m[8];
        int largest = 0;
        double value = m[0];
        if (m[4] > value)
            (largest, value) = (1, m[4]);
        if (m[8] > value)
            (largest, value) = (2, m[8]);
        if (trace > value)
            largest = 3;

        var (x, y, z, w) = largest switch
        {
            0 => (1 - trace + 2 * m[0], m[3] + m[1], m[6] + m[2], m[7] - m[5]),
            1 => (m[1] + m[3], 1 - trace + 2 * m[4], m[7] + m[5], m[2] - m[6]),
            2 => (m[2] + m[6], m[5] + m[7], 1 - trace + 2 * m[8], m[3] - m[1]),
            _ => (m[7] - m[5], m[2] - m[6], m[3] - m[1], 1 + trace),
        };
        double norm = Math.Sqrt(x * x + y * y + z * z + w * w);
        return new(w / norm, x / norm, y / norm, z / norm);
    }

    /// <summary>The Euclidean distance of the four numbers; q and -q, the same orientation, are 2 apart.</summary>
    public static double Distance(Quat a, Quat b) => Math.Sqrt(
        (a.W - b.W) * (a.W - b.W) + (a.X - b.X) * (a.X - b.X) + (a.Y - b.Y) * (a.Y - b.Y) + (a.Z - b.Z) * (a.Z - b.Z));

    /// <summary>Writes w, x, y, z to the first four numbers.</summary>
    public void CopyTo(Span<double> numbers) => (numbers[0], numbers[1], numbers[2], numbers[3]) = (W, X, Y, Z);

    /// <summary>Writes x, y, z, w to the first four numbers.</summary>
    public void CopyXyzwTo(Span<double> numbers) => (numbers[0], numbers[1], numbers[2], numbers[3]) = (X, Y, Z, W);
}
