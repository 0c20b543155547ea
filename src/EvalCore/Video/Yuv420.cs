using System.Runtime.Intrinsics;

namespace EvalCore.Video;

/// <summary>
/// Converts RGB to planar YCbCr with colours at half resolution (yuv420p): ITU-R BT.601, the limited range 16 to 235,
/// in the usual 8-bit fixed point. Done here because ffmpeg's own conversion takes twice as long as its encoding.
/// </summary>
internal sealed class Yuv420
{
    /// <summary>The shuffle index that gives a zero byte.</summary>
    private const byte X = 255;

    private readonly int _width;
    private readonly int _height;
    private readonly byte[] _rows;

    /// <summary>Prepares the conversion of images of one size. An odd last column or row is repeated.</summary>
    public Yuv420(int width, int height)
    {
        (_width, _height) = (width, height);
        (Width, Height) = ((width + 1) & ~1, (height + 1) & ~1);
        _rows = new byte[Width * 3 * 2];
        Frame = new byte[Width * Height * 3 / 2];
    }

    /// <summary>The width of the converted image, even.</summary>
    public int Width { get; }

    /// <summary>The height of the converted image, even.</summary>
    public int Height { get; }

    /// <summary>The last converted image: Y, then Cb, then Cr.</summary>
    public byte[] Frame { get; }

    /// <summary>Converts an image: 8-bit RGB, row-major.</summary>
    public void Convert(ReadOnlySpan<byte> rgb)
    {
        int luma = Width * Height;
        int stride = _width * 3;
        for (int y = 0; y < Height; y += 2)
        {
            var upper = rgb.Slice(y * stride, stride);
            var lower = rgb.Slice(Math.Min(y + 1, _height - 1) * stride, stride);
            if (Width != _width)
            {
                upper = Widen(upper, _rows.AsSpan(0, Width * 3));
                lower = Widen(lower, _rows.AsSpan(Width * 3));
            }

            ConvertRows(
                upper, lower,
                Frame.AsSpan(y * Width, Width), Frame.AsSpan((y + 1) * Width, Width),
                Frame.AsSpan(luma + y / 2 * (Width / 2), Width / 2),
                Frame.AsSpan(luma + luma / 4 + y / 2 * (Width / 2), Width / 2));
        }
    }

    private static ReadOnlySpan<byte> Widen(ReadOnlySpan<byte> row, Span<byte> wide)
    {
        row.CopyTo(wide);
        row[^3..].CopyTo(wide[^3..]);
        return wide;
    }

    /// <summary>Converts two rows of pixels to two rows of Y and one row each of Cb and Cr.</summary>
    private static void ConvertRows(
        ReadOnlySpan<byte> upper, ReadOnlySpan<byte> lower, Span<byte> y0, Span<byte> y1, Span<byte> cb, Span<byte> cr)
    {
        int column = 0;
        for (; column <= y0.Length - Vector128<byte>.Count; column += Vector128<byte>.Count)
        {
            var (r0, g0, b0) = Planes(upper[(column * 3)..]);
            var (r1, g1, b1) = Planes(lower[(column * 3)..]);
            Luma(r0, g0, b0).CopyTo(y0[column..]);
            Luma(r1, g1, b1).CopyTo(y1[column..]);
            var (r, g, b) = (MeanOfFour(r0, r1), MeanOfFour(g0, g1), MeanOfFour(b0, b1));
            Store(Chroma(r, -38, g, -74, b, 112), cb[(column / 2)..]);
            Store(Chroma(r, 112, g, -94, b, -18), cr[(column / 2)..]);
        }

        for (; column < y0.Length; column += 2)
        {
            var p0 = upper.Slice(column * 3, 6);
            var p1 = lower.Slice(column * 3, 6);
            (y0[column], y0[column + 1]) = (Luma(p0[0], p0[1], p0[2]), Luma(p0[3], p0[4], p0[5]));
            (y1[column], y1[column + 1]) = (Luma(p1[0], p1[1], p1[2]), Luma(p1[3], p1[4], p1[5]));
            int r = (p0[0] + p0[3] + p1[0] + p1[3] + 2) >> 2;
            int g = (p0[1] + p0[4] + p1[1] + p1[4] + 2) >> 2;
            int b = (p0[2] + p0[5] + p1[2] + p1[5] + 2) >> 2;
            cb[column / 2] = (byte)(((-38 * r - 74 * g + 112 * b + 128) >> 8) + 128);
            cr[column / 2] = (byte)(((112 * r - 94 * g - 18 * b + 128) >> 8) + 128);
        }
    }

    private static byte Luma(int r, int g, int b) => (byte)(((66 * r + 129 * g + 25 * b + 128) >> 8) + 16);

    /// <summary>Splits sixteen RGB pixels into their colours.</summary>
    private static (Vector128<byte> R, Vector128<byte> G, Vector128<byte> B) Planes(ReadOnlySpan<byte> rgb)
    {
        var v0 = Vector128.Create(rgb);
        var v1 = Vector128.Create(rgb[16..]);
        var v2 = Vector128.Create(rgb[32..]);
        return (
            Vector128.Shuffle(v0, Vector128.Create(0, 3, 6, 9, 12, 15, X, X, X, X, X, X, X, X, X, X))
                | Vector128.Shuffle(v1, Vector128.Create(X, X, X, X, X, X, 2, 5, 8, 11, 14, X, X, X, X, X))
                | Vector128.Shuffle(v2, Vector128.Create(X, X, X, X, X, X, X, X, X, X, X, 1, 4, 7, 10, 13)),
            Vector128.Shuffle(v0, Vector128.Create(1, 4, 7, 10, 13, X, X, X, X, X, X, X, X, X, X, X))
                | Vector128.Shuffle(v1, Vector128.Create(X, X, X, X, X, 0, 3, 6, 9, 12, 15, X, X, X, X, X))
                | Vector128.Shuffle(v2, Vector128.Create(X, X, X, X, X, X, X, X, X, X, X, 2, 5, 8, 11, 14)),
            Vector128.Shuffle(v0, Vector128.Create(2, 5, 8, 11, 14, X, X, X, X, X, X, X, X, X, X, X))
                | Vector128.Shuffle(v1, Vector128.Create(X, X, X, X, X, 1, 4, 7, 10, 13, X, X, X, X, X, X))
                | Vector128.Shuffle(v2, Vector128.Create(X, X, X, X, X, X, X, X, X, X, 0, 3, 6, 9, 12, 15)));
    }

    private static Vector128<byte> Luma(Vector128<byte> r, Vector128<byte> g, Vector128<byte> b)
    {
        var (r0, r1) = Vector128.Widen(r);
        var (g0, g1) = Vector128.Widen(g);
        var (b0, b1) = Vector128.Widen(b);
        return Vector128.Narrow(Luma(r0, g0, b0), Luma(r1, g1, b1));
    }

    private static Vector128<ushort> Luma(Vector128<ushort> r, Vector128<ushort> g, Vector128<ushort> b) =>
        ((r * 66 + g * 129 + b * 25 + Vector128.Create((ushort)128)) >> 8) + Vector128.Create((ushort)16);

    /// <summary>The rounded means of the eight 2x2 blocks in two rows of sixteen.</summary>
    private static Vector128<short> MeanOfFour(Vector128<byte> upper, Vector128<byte> lower)
    {
        var (u, l) = (upper.AsUInt16(), lower.AsUInt16());
        var low = Vector128.Create((ushort)0xFF);
        return (((u & low) + (u >> 8) + (l & low) + (l >> 8) + Vector128.Create((ushort)2)) >> 2).AsInt16();
    }

    private static Vector128<short> Chroma(
        Vector128<short> r, short kr, Vector128<short> g, short kg, Vector128<short> b, short kb) =>
        ((r * kr + g * kg + b * kb + Vector128.Create((short)128)) >> 8) + Vector128.Create((short)128);

    private static void Store(Vector128<short> values, Span<byte> to) =>
        Vector128.Narrow(values.AsUInt16(), Vector128<ushort>.Zero).GetLower().CopyTo(to);
}
