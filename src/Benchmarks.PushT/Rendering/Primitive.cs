using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;

namespace Benchmarks.PushT.Rendering;

/// <summary>A primitive of an image, in whole pixels.</summary>
internal struct Primitive
{
    private FivePoints _points;

    /// <summary>Makes a primitive.</summary>
    /// <param name="kind">Its kind.</param>
    /// <param name="ink">Its colour.</param>
    /// <param name="size">The width of a line or the radius of a circle.</param>
    /// <param name="points">Corners, ends or centre: at most five.</param>
    public Primitive(PrimitiveKind kind, Ink ink, int size, params ReadOnlySpan<Point> points)
    {
        (Kind, Ink, Size, Count) = (kind, ink, size, points.Length);
        points.CopyTo(_points);
    }

    public PrimitiveKind Kind { get; }

    public Ink Ink { get; }

    /// <summary>The width of a line, the radius of a circle.</summary>
    public int Size { get; }

    public int Count { get; }

    [UnscopedRef]
    public readonly ReadOnlySpan<Point> Points => ((ReadOnlySpan<Point>)_points)[..Count];

    [InlineArray(5)]
    private struct FivePoints
    {
        private Point _first;
    }
}
