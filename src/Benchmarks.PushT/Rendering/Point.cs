namespace Benchmarks.PushT.Rendering;

/// <summary>A pixel of the canvas, or outside of it.</summary>
internal readonly record struct Point(int X, int Y)
{
    /// <summary>The pixel of a point in environment units.</summary>
    public static Point Of(double x, double y) => new(Pixel.Round(x), Pixel.Round(y));
}
