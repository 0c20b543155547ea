using Chipmunk;

namespace Benchmarks.PushT.Physics;

/// <summary>The keypoints of the T: the corners of bar and stem, x0, y0, ..., x7, y7.</summary>
internal static class Keypoints
{
    /// <summary>Numbers: eight corners.</summary>
    public const int Length = 16;

    /// <summary>Writes the keypoints of a pose: each corner is rotated by the angle, then moved by the position.</summary>
    public static void Write(Pose pose, Span<double> keypoints)
    {
        double cos = Math.Cos(pose.Angle);
        double sin = Math.Sin(pose.Angle);
        Write(Tee.Bar, pose.Position, cos, sin, keypoints);
        Write(Tee.Stem, pose.Position, cos, sin, keypoints[(2 * Tee.Corners)..]);
    }

    private static void Write(ReadOnlySpan<Vect> corners, Vect position, double cos, double sin, Span<double> keypoints)
    {
        for (int i = 0; i < corners.Length; i++)
        {
            var v = corners[i];
            keypoints[2 * i] = v.X * cos - v.Y * sin + position.X;
            keypoints[2 * i + 1] = v.X * sin + v.Y * cos + position.Y;
        }
    }
}
