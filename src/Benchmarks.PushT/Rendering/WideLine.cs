namespace Benchmarks.PushT.Rendering;

/// <summary>
/// A line of a width of two or more pixels: Bresenham's walk along the longer axis, at each step a span across it.
/// </summary>
internal static class WideLine
{
    /// <summary>Draws a line.</summary>
    public static void Draw(Canvas canvas, Point from, Point to, int width, Ink ink)
    {
        int dx = Math.Abs(to.X - from.X);
        int dy = Math.Abs(to.Y - from.Y);
        int sx = from.X < to.X ? 1 : -1;
        int sy = from.Y < to.Y ? 1 : -1;
        int error = (dx > dy ? dx : -dy) / 2;
        bool horizontalSpans = dx <= dy;
        var end = to;
        if (!Clip(ref from, ref to))
            return;

        var (x, y) = from;
        int middle = horizontalSpans ? x : y;
        int low = middle - (width - 1) / 2;
        int high = middle + width / 2;

        while (Sign(x - to.X, sx) != sx || Sign(y - to.Y, sy) != sy)
        {
            Span();
            Advance();
        }

        // The clipped end may be before the end of what is visible: the spans reach further than the middle.
        if (horizontalSpans)
        {
            while (y != end.Y && (OnCanvas(low, y) || OnCanvas(high, y)))
            {
                Span();
                Advance();
            }
        }
        else
        {
            while (x != end.X && (OnCanvas(x, low) || OnCanvas(x, high)))
            {
                Span();
                Advance();
            }
        }

        Span();

        void Span()
        {
            if (horizontalSpans)
                canvas.HorizontalLine(low, y, high, ink);
            else
                canvas.VerticalLine(x, low, high, ink);
        }

        void Advance()
        {
            int e = error;
            if (e > -dx)
            {
                error -= dy;
                x += sx;
                if (horizontalSpans)
                {
                    low += sx;
                    high += sx;
                }
            }

            if (e < dy)
            {
                error += dx;
                y += sy;
                if (!horizontalSpans)
                {
                    low += sy;
                    high += sy;
                }
            }
        }
    }

    /// <summary>The sign of a number, or <paramref name="zero"/> for none.</summary>
    private static int Sign(int value, int zero) => value == 0 ? zero : Math.Sign(value);

    private static bool OnCanvas(int x, int y) => (uint)x < Pixel.Canvas && (uint)y < Pixel.Canvas;

    /// <summary>Cuts a line to 0..512 in both coordinates (Liang and Barsky). False when nothing is left.</summary>
    private static bool Clip(ref Point from, ref Point to)
    {
        double dx = to.X - from.X;
        double dy = to.Y - from.Y;
        double t0 = 0;
        double t1 = 1;
        if (!Cut(-dx, from.X, ref t0, ref t1) || !Cut(dx, Pixel.Canvas - from.X, ref t0, ref t1)
            || !Cut(-dy, from.Y, ref t0, ref t1) || !Cut(dy, Pixel.Canvas - from.Y, ref t0, ref t1))
            return false;
        var start = from;
        if (t1 < 1)
            to = new Point(start.X + Nearest(dx * t1), start.Y + Nearest(dy * t1));
        if (t0 > 0)
            from = new Point(start.X + Nearest(dx * t0), start.Y + Nearest(dy * t0));
        return true;
    }

    private static bool Cut(double p, double q, ref double t0, ref double t1)
    {
        if (p == 0)
            return q >= 0;
        double t = q / p;
        if (p < 0)
            t0 = Math.Max(t0, t);
        else
            t1 = Math.Min(t1, t);
        return t0 <= t1;
    }

    private static int Nearest(double v) => (int)(v < 0 ? v - 0.5 : v + 0.5);
}
