using Chipmunk;

namespace Benchmarks.PushT.Physics;

/// <summary>
/// The fraction of the goal that the block covers. The two rectangles of a T share no more than an edge, so the area that two
/// Ts share is the sum over the four pairs of rectangles.
/// </summary>
internal static class Coverage
{
    /// <summary>A larger coverage is a success (gym-pusht's <c>success_threshold</c>).</summary>
    public const double Success = 0.95;

    /// <summary>A quadrilateral clipped by four edges has at most eight corners.</summary>
    private const int MostCorners = 2 * Tee.Corners;

    private static readonly Vect[] GoalCorners = CornersOfGoal();

    /// <summary>The fraction of the goal's area that a block at <paramref name="pose"/> covers, 0 to 1.</summary>
    public static double Of(Pose pose)
    {
        Span<Vect> block = stackalloc Vect[2 * Tee.Corners];
        pose.Corners(block);
        double area = 0;
        for (int g = 0; g < 2; g++)
        {
            for (int b = 0; b < 2; b++)
                area += Intersection(Part(GoalCorners, g), Part(block, b));
        }

        return area / Tee.Area;
    }

    private static ReadOnlySpan<Vect> Part(ReadOnlySpan<Vect> corners, int part) =>
        corners.Slice(part * Tee.Corners, Tee.Corners);

    private static Vect[] CornersOfGoal()
    {
        var corners = new Vect[2 * Tee.Corners];
        Pose.Goal.Corners(corners);
        return corners;
    }

    /// <summary>
    /// The area that two convex polygons have in common, both with the inside to the left of their edges: the first is clipped by
    /// each edge of the second (Sutherland and Hodgman, Reentrant Polygon Clipping, 1974).
    /// </summary>
    private static double Intersection(ReadOnlySpan<Vect> subject, ReadOnlySpan<Vect> clip)
    {
        Span<Vect> polygon = stackalloc Vect[MostCorners];
        Span<Vect> clipped = stackalloc Vect[MostCorners];
        subject.CopyTo(polygon);
        int count = subject.Length;
        for (int i = 0; i < clip.Length && count > 0; i++)
        {
            count = Clip(polygon[..count], clip[i], clip[(i + 1) % clip.Length], clipped);
            var swap = polygon;
            polygon = clipped;
            clipped = swap;
        }

        return Area(polygon[..count]);
    }

    /// <summary>Keeps what lies to the left of the line from a to b.</summary>
    private static int Clip(ReadOnlySpan<Vect> polygon, Vect a, Vect b, Span<Vect> clipped)
    {
        int count = 0;
        var p = polygon[^1];
        double sideP = Side(a, b, p);
        foreach (var q in polygon)
        {
            double sideQ = Side(a, b, q);
            if ((sideP >= 0) != (sideQ >= 0))
            {
                double t = sideP / (sideP - sideQ);
                clipped[count++] = new Vect(p.X + t * (q.X - p.X), p.Y + t * (q.Y - p.Y));
            }

            if (sideQ >= 0)
                clipped[count++] = q;
            (p, sideP) = (q, sideQ);
        }

        return count;
    }

    private static double Side(Vect a, Vect b, Vect p) => (b.X - a.X) * (p.Y - a.Y) - (b.Y - a.Y) * (p.X - a.X);

    /// <summary>The shoelace formula, about the first corner so that large coordinates cancel early.</summary>
    private static double Area(ReadOnlySpan<Vect> polygon)
    {
        double twice = 0;
        for (int i = 2; i < polygon.Length; i++)
            twice += Side(polygon[0], polygon[i - 1], polygon[i]);
        return twice / 2;
    }
}
