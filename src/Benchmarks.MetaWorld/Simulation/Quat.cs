namespace Benchmarks.MetaWorld.Simulation;

/// <summary>
/// Four numbers that say an orientation, in the order the observation has them. Meta-World mixes orders: those read
/// from bodies are w, x, y, z; those computed from a rotation matrix are x, y, z, w.
/// </summary>
internal readonly record struct Quat(double A, double B, double C, double D)
{
    /// <summary>Where a task does not say an orientation.</summary>
    public static Quat Zero => default;

    public static Quat From(ReadOnlySpan<double> numbers) => new(numbers[0], numbers[1], numbers[2], numbers[3]);

    /// <summary>
    /// x, y, z, w of a rotation matrix, as scipy 1.17's <c>Rotation.from_matrix().as_quat()</c> computes them: from
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

        Quat q = largest switch
        {
            0 => new(1 - trace + 2 * m[0], m[3] + m[1], m[6] + m[2], m[7] - m[5]),
            1 => new(m[1] + m[3], 1 - trace + 2 * m[4], m[7] + m[5], m[2] - m[6]),
            2 => new(m[2] + m[6], m[5] + m[7], 1 - trace + 2 * m[8], m[3] - m[1]),
            _ => new(m[7] - m[5], m[2] - m[6], m[3] - m[1], 1 + trace),
        };
        double norm = Math.Sqrt(q.A * q.A + q.B * q.B + q.C * q.C + q.D * q.D);
        return new(q.A / norm, q.B / norm, q.C / norm, q.D / norm);
    }

    public static double Distance(Quat a, Quat b) => Math.Sqrt(
        (a.A - b.A) * (a.A - b.A) + (a.B - b.B) * (a.B - b.B) + (a.C - b.C) * (a.C - b.C) + (a.D - b.D) * (a.D - b.D));

    public void CopyTo(Span<double> numbers)
    {
        numbers[0] = A;
        numbers[1] = B;
        numbers[2] = C;
        numbers[3] = D;
    }
}
