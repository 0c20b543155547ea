namespace Benchmarks.PushT.Rendering;

/// <summary>
/// A line of one pixel whose two pixels at each step share the colour (X. Wu, An Efficient Antialiasing Technique,
/// 1991), in float32 throughout.
/// </summary>
internal static class AntiAliasedLine
{
    // One pixel further than the canvas: the partner of a pixel there may be visible.
    private const float Low = -1;
    private const float High = Pixel.Canvas;

    /// <summary>Draws a line.</summary>
    public static void Draw(Canvas canvas, Point from, Point to, Ink ink)
    {
        float x1 = from.X, y1 = from.Y, x2 = to.X, y2 = to.Y;
        float dx = x2 - x1;
        float dy = y2 - y1;
        if (dx == 0 && dy == 0)
        {
            canvas.Blend(from.X, from.Y, 1, ink);
            return;
        }

        bool steep = Math.Abs(dx) < Math.Abs(dy);
        if (steep)
            (x1, y1, x2, y2, dx, dy) = (y1, x1, y2, x2, dy, dx);
        if (dx < 0)
            (x1, y1, x2, y2, dx, dy) = (x2, y2, x1, y1, -dx, -dy);
        float gradient = dy / dx;
        if (!Clip(ref x1, ref y1, ref x2, ref y2, gradient))
            return;

        // With y one larger, truncation rounds down; the pixels are drawn one row higher.
        y1 += 1;
        y2 += 1;

        int start = (int)x1;
        float y = y1;
        if (x2 > 0)
        {
            float first = y1 + gradient * (start - x1);
            Pair(start, first, 1 + start - x1);
            y = first + gradient;
            start++;
        }

        int end = (int)Math.Ceiling(x2);
        if (x1 < High - 1)
            Pair(end, y2 + gradient * (end - x2), 1 - end + x2);

        for (int x = start; x < end; x++)
        {
            int k = (int)y;
            float share = 1 - y + k;
            Blend(x, k - 1, share);
            if (k < y)
                Blend(x, k, 1 - share);
            y += gradient;
        }

        void Pair(int x, float at, float gap)
        {
            int k = (int)at;
            float share = at - k;
            if (k < at)
                Blend(x, k, share * gap);
            Blend(x, k - 1, (1 - share) * gap);
        }

        void Blend(int x, int row, float share)
        {
            if (steep)
                canvas.Blend(row, x, share, ink);
            else
                canvas.Blend(x, row, share, ink);
        }
    }

    /// <summary>Cuts a line that goes right to what may be visible. False when nothing is left.</summary>
    private static bool Clip(ref float x1, ref float y1, ref float x2, ref float y2, float gradient)
    {
        if (x2 <= Low || x1 >= High)
            return false;
        if (x1 < Low)
            (x1, y1) = (Low, y1 + gradient * (Low - x1));
        if (x2 > High)
            (x2, y2) = (High, y2 + gradient * (High - x2));

        if (gradient > 0)
        {
            if (y2 <= Low || y1 >= High)
                return false;
            if (y1 < Low)
                (x1, y1) = (x1 + (Low - y1) / gradient, Low);
            if (y2 > High)
                (x2, y2) = (x2 + (High - y2) / gradient, High);
        }
        else if (gradient < 0)
        {
            if (y1 <= Low || y2 >= High)
                return false;
            if (y2 < Low)
                (x2, y2) = (x2 + (Low - y2) / gradient, Low);
            if (y1 > High)
                (x1, y1) = (x1 + (High - y1) / gradient, High);
        }

        return true;
    }
}
