using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Resets;

/// <summary>Rotation of a vector by robosuite's matrix of a quaternion (1.4.0, <c>utils/transform_utils.py</c>, <c>quat2mat</c>).</summary>
internal static class RobosuiteRotation
{
    /// <summary>
    /// The matrix's products are binary32, its diagonal binary64, its other sums binary32: it differs from an exact rotation
    /// by about 1e-7.
    /// </summary>
    public static Vec3 Rotate(Quat orientation, Vec3 vector)
    {
        float w = (float)orientation.W, x = (float)orientation.X, y = (float)orientation.Y, z = (float)orientation.Z;

        // OpenBLAS adds binary32 products in binary64.
        float norm = (float)((double)(w * w) + (x * x) + (y * y) + (z * z));
        double scale = Math.Sqrt(2.0 / norm);
        (w, x, y, z) = ((float)(w * scale), (float)(x * scale), (float)(y * scale), (float)(z * scale));
        float xx = x * x, yy = y * y, zz = z * z, xy = x * y, xz = x * z, yz = y * z, wx = w * x, wy = w * y, wz = w * z;
        return new(
            (1.0 - yy - zz) * vector.X + (xy - wz) * vector.Y + (xz + wy) * vector.Z,
            (xy + wz) * vector.X + (1.0 - xx - zz) * vector.Y + (yz - wx) * vector.Z,
            (xz - wy) * vector.X + (yz + wx) * vector.Y + (1.0 - xx - yy) * vector.Z);
    }
}
