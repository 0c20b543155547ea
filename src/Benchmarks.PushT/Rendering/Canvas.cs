namespace Benchmarks.PushT.Rendering;

/// <summary>
/// An image of 512 x 512 pixels. It fills polygons and circles and draws lines, pixel for pixel as pygame 2.6.1 does.
/// </summary>
internal sealed class Canvas
{
    private const int Size = Pixel.Canvas;
    private const int Stride = Size * Pixel.Bytes;

    /// <summary>More crossings than a polygon of five edges has with a row.</summary>
    private const int MostCrossings = 8;

    private readonly byte[] _pixels = new byte[Size * Stride];

    /// <summary>The pixels, 8-bit RGB, row-major.</summary>
    public ReadOnlySpan<byte> Pixels => _pixels;

    /// <summary>Fills the canvas.</summary>
    public void Clear(Ink ink)
    {
        for (int y = 0; y < Size; y++)
            HorizontalLine(0, y, Size - 1, ink);
    }

    /// <summary>Copies another canvas's pixels.</summary>
    public void CopyFrom(Canvas other) => other._pixels.CopyTo(_pixels, 0);

    /// <summary>Draws a primitive.</summary>
    public void Draw(in Primitive primitive)
    {
        var points = primitive.Points;
        switch (primitive.Kind)
        {
            case PrimitiveKind.Polygon:
                Polygon(points, primitive.Ink);
                break;
            case PrimitiveKind.Circle:
                Circle(points[0], primitive.Size, primitive.Ink);
                break;
            case PrimitiveKind.Line:
                WideLine.Draw(this, points[0], points[1], primitive.Size, primitive.Ink);
                break;
            case PrimitiveKind.AntiAliasedLine:
                AntiAliasedLine.Draw(this, points[0], points[1], primitive.Ink);
                break;
        }
    }

    /// <summary>Fills the pixels x1 to x2 of a row, both included, in any order; pixels outside are ignored.</summary>
    public void HorizontalLine(int x1, int y, int x2, Ink ink)
    {
        if ((uint)y >= Size)
            return;
        if (x1 > x2)
            (x1, x2) = (x2, x1);
        if (x2 < 0 || x1 >= Size)
            return;
        x1 = Math.Max(x1, 0);
        x2 = Math.Min(x2, Size - 1);
        ink.Run(x2 - x1 + 1).CopyTo(_pixels.AsSpan(y * Stride + x1 * Pixel.Bytes));
    }

    /// <summary>Fills the pixels y1 to y2 of a column, both included; pixels outside are ignored.</summary>
    public void VerticalLine(int x, int y1, int y2, Ink ink)
    {
        if ((uint)x >= Size)
            return;
        y1 = Math.Max(y1, 0);
        y2 = Math.Min(y2, Size - 1);
        for (int i = y1 * Stride + x * Pixel.Bytes; y1 <= y2; y1++, i += Stride)
            (_pixels[i], _pixels[i + 1], _pixels[i + 2]) = (ink.Red, ink.Green, ink.Blue);
    }

    /// <summary>
    /// Mixes a colour into a pixel, in float32, truncated; a pixel outside is ignored.
    /// </summary>
    /// <param name="x">Its column.</param>
    /// <param name="y">Its row.</param>
    /// <param name="brightness">The colour's weight, 0 to 1.</param>
    /// <param name="ink">The colour.</param>
    public void Blend(int x, int y, float brightness, Ink ink)
    {
        if ((uint)x >= Size || (uint)y >= Size)
            return;
        var pixel = _pixels.AsSpan(y * Stride + x * Pixel.Bytes, Pixel.Bytes);
        float rest = 1 - brightness;
        pixel[0] = (byte)(brightness * ink.Red + rest * pixel[0]);
        pixel[1] = (byte)(brightness * ink.Green + rest * pixel[1]);
        pixel[2] = (byte)(brightness * ink.Blue + rest * pixel[2]);
    }

    /// <summary>
    /// Fills a polygon: on each row between the crossings with its edges, from pair to pair, and each horizontal edge.
    /// </summary>
    private void Polygon(ReadOnlySpan<Point> points, Ink ink)
    {
        var (lo, hi, left, right) = Bounds(points);
        if (lo == hi)
        {
            HorizontalLine(left, lo, right, ink);
            return;
        }

        Span<int> crossings = stackalloc int[MostCrossings];
        int end = Math.Min(hi, Size - 1);
        for (int y = Math.Max(lo, 0); y <= end; y++)
        {
            int count = Crossings(points, y, hi, crossings);
            for (int i = 0; i + 1 < count; i += 2)
                HorizontalLine(crossings[i], y, crossings[i + 1], ink);
        }

        var previous = points[^1];
        foreach (var point in points)
        {
            if (lo < point.Y && point.Y < hi && previous.Y == point.Y)
                HorizontalLine(point.X, point.Y, previous.X, ink);
            previous = point;
        }
    }

    private static (int Lo, int Hi, int Left, int Right) Bounds(ReadOnlySpan<Point> points)
    {
        var (lo, hi, left, right) = (points[0].Y, points[0].Y, points[0].X, points[0].X);
        foreach (var point in points)
        {
            (lo, hi) = (Math.Min(lo, point.Y), Math.Max(hi, point.Y));
            (left, right) = (Math.Min(left, point.X), Math.Max(right, point.X));
        }

        return (lo, hi, left, right);
    }

    /// <summary>
    /// Where a row crosses the polygon's edges, in ascending order. An edge has its upper end and not its lower one,
    /// but on the polygon's last row both.
    /// </summary>
    private static int Crossings(ReadOnlySpan<Point> points, int y, int hi, Span<int> crossings)
    {
        int count = 0;
        var previous = points[^1];
        foreach (var point in points)
        {
            var (upper, lower) = previous.Y < point.Y ? (previous, point) : (point, previous);
            previous = point;
            if (upper.Y == lower.Y)
                continue;
            if (upper.Y > y || (y >= lower.Y && !(y == hi && lower.Y == hi)))
                continue;
            int x = (int)((double)(y - upper.Y) * (lower.X - upper.X) / (lower.Y - upper.Y) + upper.X);
            int i = count++;
            for (; i > 0 && crossings[i - 1] > x; i--)
                crossings[i] = crossings[i - 1];
            crossings[i] = x;
        }

        return count;
    }

    /// <summary>Fills a circle: all its rows have an even number of pixels, one more to the left of the centre.</summary>
    private void Circle(Point center, int radius, Ink ink)
    {
        var (x0, y0) = center;
        if (radius < 1 || x0 > Size + radius || x0 < -radius || y0 > Size + radius || y0 < -radius)
            return;
        int f = 1 - radius;
        int dx = 0;
        int dy = -2 * radius;
        int x = 0;
        int y = radius;
        while (x < y)
        {
            if (f >= 0)
            {
                y--;
                dy += 2;
                f += dy;
            }

            x++;
            dx += 2;
            f += dx + 1;
            if (f >= 0)
            {
                HorizontalLine(x0 - x, y0 + y - 1, x0 + x - 1, ink);
                HorizontalLine(x0 - x, y0 - y, x0 + x - 1, ink);
            }

            HorizontalLine(x0 - y, y0 + x - 1, x0 + y - 1, ink);
            HorizontalLine(x0 - y, y0 - x, x0 + y - 1, ink);
        }
    }
}
