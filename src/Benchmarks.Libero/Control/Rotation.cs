using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Control;

/// <summary>
/// The conversions of rotations that the controller and the policy's state use, in the arithmetic of the original (robosuite
/// 1.4.0, <c>utils/transform_utils.py</c>): matrices are computed in single precision, so they are rotations to about 1e-7.
/// </summary>
internal static class Rotation
{
    /// <summary>The quaternion of an axis-angle vector (robosuite: <c>axisangle2quat</c>).</summary>
    /// <param name="vector">x, y, z: the axis times the angle, radians.</param>
    public static Quat FromAxisAngle(ReadOnlySpan<double> vector)
    {
        double x = vector[0], y = vector[1], z = vector[2];

        // numpy takes the norm from a dot product of OpenBLAS, which fuses multiplication and addition.
        double angle = Math.Sqrt(Math.FusedMultiplyAdd(z, z, Math.FusedMultiplyAdd(y, y, x * x)));
        if (angle == 0)
            return new(1, 0, 0, 0);
        double sine = Math.Sin(angle / 2);
        return new(Math.Cos(angle / 2), x / angle * sine, y / angle * sine, z / angle * sine);
    }

    /// <summary>The same of a vector of float32 numbers: every operation rounds to single precision.</summary>
    public static Quat FromAxisAngleFloat32(ReadOnlySpan<double> vector)
    {
        float x = (float)vector[0], y = (float)vector[1], z = (float)vector[2];
        float angle = MathF.Sqrt((float)((double)(x * x) + (y * y) + (z * z)));
        if (angle == 0)
            return new(1, 0, 0, 0);
        float sine = NumpyFloat32.Sin(angle / 2);
        return new(NumpyFloat32.Cos(angle / 2), x / angle * sine, y / angle * sine, z / angle * sine);
    }

    /// <summary>The rotation matrix of a quaternion (robosuite: <c>quat2mat</c>), single precision inside.</summary>
    /// <param name="q">The quaternion; its length does not matter.</param>
    /// <param name="matrix">Receives [3, 3], row-major.</param>
    public static void ToMatrix(Quat q, Span<double> matrix)
    {
        float w = (float)q.W, x = (float)q.X, y = (float)q.Y, z = (float)q.Z;

        // OpenBLAS adds the products of single precision in double precision.
        float square = (float)((double)(w * w) + (x * x) + (y * y) + (z * z));
        double scale = Math.Sqrt(2.0 / square);
        w = (float)(w * scale);
        x = (float)(x * scale);
        y = (float)(y * scale);
        z = (float)(z * scale);
        matrix[0] = 1.0 - (y * y) - (z * z);
        matrix[1] = x * y - z * w;
        matrix[2] = x * z + y * w;
        matrix[3] = x * y + z * w;
        matrix[4] = 1.0 - (x * x) - (z * z);
        matrix[5] = y * z - x * w;
        matrix[6] = x * z - y * w;
        matrix[7] = y * z + x * w;
        matrix[8] = 1.0 - (x * x) - (y * y);
    }

    /// <summary>
    /// The axis-angle vector of a quaternion as LeRobot's <c>LiberoProcessorStep</c> computes it for the policy, in single
    /// precision. Its length is in [0, 2 pi).
    /// </summary>
    /// <remarks>
    /// To three units in the last place: torch takes the square root and the arc cosine from Intel's MKL, whose last bits depend
    /// on the processor.
    /// </remarks>
    /// <param name="x">x.</param>
    /// <param name="y">y.</param>
    /// <param name="z">z.</param>
    /// <param name="w">The real part.</param>
    /// <param name="vector">Receives 3 numbers of single precision.</param>
    public static void ToAxisAngle(double x, double y, double z, double w, Span<double> vector)
    {
        float real = Math.Clamp((float)w, -1f, 1f);
        float sine = MathF.Sqrt(Math.Max(1 - real * real, 0f));
        if (sine <= 1e-10f)
        {
            vector[..3].Clear();
            return;
        }

        float angle = 2 * MathF.Acos(real);
        vector[0] = (float)x / sine * angle;
        vector[1] = (float)y / sine * angle;
        vector[2] = (float)z / sine * angle;
    }
}
