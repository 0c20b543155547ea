using Chipmunk;

namespace Benchmarks.PushT.Physics;

/// <summary>The T: a bar and a stem. Lengths in environment units, y down; the origin is the middle of the bar's free edge.</summary>
internal static class Tee
{
    /// <summary>Vertices of a part.</summary>
    public const int Corners = 4;

    /// <summary>Its mass.</summary>
    public const double Mass = 1;

    /// <summary>Its moment of inertia: gym-pusht counts the bar's, 1500, twice.</summary>
    public const double Moment = 3000;

    /// <summary>Its area: 120 x 30 + 30 x 90.</summary>
    public const double Area = 6300;

    /// <summary>The corners of the bar, in the order of Chipmunk's hull.</summary>
    public static ReadOnlySpan<Vect> Bar => BarCorners;

    /// <summary>The corners of the stem, in the order of Chipmunk's hull.</summary>
    public static ReadOnlySpan<Vect> Stem => StemCorners;

    /// <summary>The centre of gravity: the plain mean of the two parts' centroids, not weighted by their areas.</summary>
    public static Vect CenterOfGravity => new(0, 45);

    private static readonly Vect[] BarCorners = [new(-60, 0), new(60, 0), new(60, 30), new(-60, 30)];
    private static readonly Vect[] StemCorners = [new(-15, 30), new(15, 30), new(15, 120), new(-15, 120)];
}
