using Chipmunk;

namespace Benchmarks.PushT.Physics;

/// <summary>The pose of a T.</summary>
/// <param name="Position">Its origin, environment units.</param>
/// <param name="Angle">Its angle in radians, not wrapped.</param>
internal readonly record struct Pose(Vect Position, double Angle)
{
    /// <summary>The pose of the goal.</summary>
    public static Pose Goal => new(new Vect(256, 256), Math.PI / 4);

    /// <summary>
    /// The corners of bar and stem in environment units, by Chipmunk's transform: (x cos + y (-sin) + tx, ...).
    /// </summary>
    public void Corners(Span<Vect> corners)
    {
        double cos = Math.Cos(Angle);
        double sin = Math.Sin(Angle);
        for (int i = 0; i < Tee.Corners; i++)
        {
            corners[i] = Transform(Tee.Bar[i], cos, sin);
            corners[i + Tee.Corners] = Transform(Tee.Stem[i], cos, sin);
        }
    }

    private Vect Transform(Vect v, double cos, double sin) =>
        new(v.X * cos + v.Y * -sin + Position.X, v.X * sin + v.Y * cos + Position.Y);
}
