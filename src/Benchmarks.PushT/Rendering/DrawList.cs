using Benchmarks.PushT.Physics;
using Chipmunk;

namespace Benchmarks.PushT.Rendering;

/// <summary>The primitives of an image, in the order in which pymunk's debug drawing draws them. Reused for every image.</summary>
internal sealed class DrawList
{
    /// <summary>How many primitives the goal has. They come first and are the same in every image.</summary>
    public const int GoalLength = 2;

    private const int FatSegmentLength = 4;

    private static readonly Point[] WallCorners = [new(5, 506), new(5, 5), new(506, 5), new(506, 506)];

    private readonly Primitive[] _primitives =
        new Primitive[GoalLength + 2 * (1 + Tee.Corners * FatSegmentLength) + 2 + 4 * FatSegmentLength + ContactLog.MostLines];

    private int _count;

    /// <summary>The primitives, in drawing order.</summary>
    public ReadOnlySpan<Primitive> Primitives => _primitives.AsSpan(0, _count);

    /// <summary>Lists the primitives of a state.</summary>
    /// <param name="state">A <see cref="FrameState"/>.</param>
    public void Build(ReadOnlySpan<double> state)
    {
        _count = 0;
        AddGoal();
        AddBlock(FrameState.BlockOf(state));
        AddAgent(FrameState.AgentOf(state));
        AddFatSegment(WallCorners[0], WallCorners[1], Ink.Wall);
        AddFatSegment(WallCorners[1], WallCorners[2], Ink.Wall);
        AddFatSegment(WallCorners[2], WallCorners[3], Ink.Wall);
        AddFatSegment(WallCorners[0], WallCorners[3], Ink.Wall);
        for (int i = 0; i < FrameState.LineCountOf(state); i++)
        {
            var (from, to) = FrameState.LineOf(state, i);
            Add(new Primitive(PrimitiveKind.AntiAliasedLine, Ink.Contact, 1, from, to));
        }
    }

    private void AddGoal()
    {
        Span<Point> corners = stackalloc Point[2 * Tee.Corners];
        Round(Pose.Goal, corners);
        AddClosed(corners[..Tee.Corners], Ink.Goal);
        AddClosed(corners[Tee.Corners..], Ink.Goal);
    }

    private void AddBlock(Pose pose)
    {
        Span<Point> corners = stackalloc Point[2 * Tee.Corners];
        Round(pose, corners);
        for (int part = 0; part < corners.Length; part += Tee.Corners)
        {
            var p = corners.Slice(part, Tee.Corners);
            AddClosed(p, Ink.Block);
            for (int i = 0; i < p.Length; i++)
                AddFatSegment(p[i], p[(i + 1) % p.Length], Ink.BlockEdge);
        }
    }

    private void AddAgent(Vect agent)
    {
        var center = Point.Of(agent.X, agent.Y);
        Add(new Primitive(PrimitiveKind.Circle, Ink.AgentEdge, 15, center));
        Add(new Primitive(PrimitiveKind.Circle, Ink.Agent, 11, center));
    }

    /// <summary>
    /// A segment of radius 2: a line, a quadrilateral around it, a disc at each end. The offsets of the quadrilateral
    /// have no sign, so for half of all directions it is not at right angles to the segment: as in pymunk.
    /// </summary>
    private void AddFatSegment(Point p1, Point p2, Ink ink)
    {
        const int Radius = 2;
        Add(new Primitive(PrimitiveKind.Line, ink, 2 * Radius, p1, p2));
        double ox = Math.Abs(p2.Y - p1.Y);
        double oy = Math.Abs(p2.X - p1.X);
        if (ox == 0 && oy == 0)
            return;
        double scale = Radius / Math.Sqrt(ox * ox + oy * oy);
        int x = Pixel.Round(ox * scale);
        int y = Pixel.Round(oy * scale);
        Add(new Primitive(
            PrimitiveKind.Polygon, ink, 0,
            new(p1.X - x, p1.Y - y), new(p1.X + x, p1.Y + y), new(p2.X + x, p2.Y + y), new(p2.X - x, p2.Y - y)));
        Add(new Primitive(PrimitiveKind.Circle, ink, Radius, p1));
        Add(new Primitive(PrimitiveKind.Circle, ink, Radius, p2));
    }

    private void AddClosed(ReadOnlySpan<Point> p, Ink ink) =>
        Add(new Primitive(PrimitiveKind.Polygon, ink, 0, p[0], p[1], p[2], p[3], p[0]));

    private void Add(in Primitive primitive) => _primitives[_count++] = primitive;

    private static void Round(Pose pose, Span<Point> points)
    {
        Span<Vect> corners = stackalloc Vect[2 * Tee.Corners];
        pose.Corners(corners);
        for (int i = 0; i < corners.Length; i++)
            points[i] = Point.Of(corners[i].X, corners[i].Y);
    }
}
