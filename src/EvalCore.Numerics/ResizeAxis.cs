namespace EvalCore.Numerics;

/// <summary>
/// One axis of a resize: the source pixels and weights of each result pixel. The expressions, their order and their
/// precision follow OpenCV 4.13 (<c>modules/imgproc/src/resize.cpp</c>), because a weight that differs in one bit
/// changes bytes of the result.
/// </summary>
/// <param name="SourceSize">Pixels of the source along this axis.</param>
/// <param name="Size">Pixels of the result along this axis.</param>
internal sealed record ResizeAxis(int SourceSize, int Size)
{
    private const double MachineEpsilon = 2.220446049250313e-16;

    /// <summary>Result pixels per source pixel.</summary>
    private readonly double _inverse = (double)Size / SourceSize;

    /// <summary>
    /// Source pixels per result pixel. As in OpenCV it is the reciprocal of <see cref="_inverse"/>, which is not always
    /// the double nearest to the quotient.
    /// </summary>
    public double Scale => 1 / _inverse;

    /// <summary>Whether a result pixel covers a whole number of source pixels.</summary>
    public bool IsWhole => Math.Abs(Scale - WholeScale) < MachineEpsilon;

    /// <summary>The scale, rounded to an integer.</summary>
    public int WholeScale => (int)Math.Round(Scale);

    /// <summary>Sample positions of <c>INTER_LINEAR</c>: pixel centres map to pixel centres.</summary>
    public LinearTap[] LinearTaps()
    {
        var taps = new LinearTap[Size];
        for (int i = 0; i < Size; i++)
        {
            float position = (float)((i + 0.5) * Scale - 0.5);
            int index = (int)MathF.Floor(position);
            taps[i] = new LinearTap(index, position - index);
        }

        return taps;
    }

    /// <summary>Sample positions of <c>INTER_AREA</c> when enlarging.</summary>
    public LinearTap[] EnlargingAreaTaps()
    {
        var taps = new LinearTap[Size];
        for (int i = 0; i < Size; i++)
        {
            int index = (int)Math.Floor(i * Scale);
            float fraction = (float)((i + 1) - (index + 1) * _inverse);
            taps[i] = new LinearTap(index, fraction <= 0 ? 0 : fraction - MathF.Floor(fraction));
        }

        return taps;
    }

    /// <summary>The source pixels that each result pixel covers, weighted by their overlap with it.</summary>
    public AreaTap[] AreaTaps()
    {
        // An overlap smaller than this many source pixels is ignored.
        const double LeastOverlap = 1e-3;
        var taps = new List<AreaTap>();
        for (int i = 0; i < Size; i++)
        {
            double begin = i * Scale;
            double end = begin + Scale;
            double extent = Math.Min(Scale, SourceSize - begin);
            int lastWhole = Math.Min((int)Math.Floor(end), SourceSize - 1);
            int firstWhole = Math.Min((int)Math.Ceiling(begin), lastWhole);

            if (firstWhole - begin > LeastOverlap)
                taps.Add(new AreaTap(i, firstWhole - 1, (float)((firstWhole - begin) / extent)));
            for (int source = firstWhole; source < lastWhole; source++)
                taps.Add(new AreaTap(i, source, (float)(1 / extent)));
            if (end - lastWhole > LeastOverlap)
                taps.Add(new AreaTap(i, lastWhole, (float)(Math.Min(Math.Min(end - lastWhole, 1), extent) / extent)));
        }

        return [.. taps];
    }
}
