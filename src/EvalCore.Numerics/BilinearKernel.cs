using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace EvalCore.Numerics;

/// <summary>
/// Bilinear interpolation in integer arithmetic: first along x with 11-bit weights, keeping 7 fractional bits, then
/// along y, where each of the two products is shifted right before they are added. This rounding in two steps is
/// OpenCV's; one rounding at the end would change 1 % of the bytes. Vector and scalar code give the same bytes.
/// </summary>
internal sealed unsafe class BilinearKernel : ResizeKernel
{
    /// <summary>
    /// Values per pixel in a row interpolated along x: three channels and a 0, so that a pixel has 64 bits.
    /// </summary>
    private const int Padded = 4;

    /// <summary>
    /// Pixels that the vertical pass computes at a time; the length of a padded row is a multiple of it.
    /// </summary>
    private const int Block = 8;

    private readonly int _sourceStride;
    private readonly int _sourceHeight;
    private readonly int _width;
    private readonly LinearTap[] _rows;

    /// <summary>Per column, the offset in bytes of its left pixel in a source row.</summary>
    private readonly int[] _offsets;

    /// <summary>Per column, the distance in bytes from its left to its right pixel; 0 past an edge.</summary>
    private readonly int[] _steps;

    /// <summary>
    /// Per column, its pair of weights four times. Every four columns are stored in the order 0, 2, 1, 3.
    /// </summary>
    private readonly short[] _weights;

    /// <summary>
    /// The last even and the last odd source row, interpolated along x. A result row needs two neighbouring source
    /// rows, so one never replaces the other.
    /// </summary>
    private readonly short[][] _scratch;

    public BilinearKernel(ResizeAxis y, ResizeAxis x, LinearTap[] rows, LinearTap[] columns)
    {
        _sourceStride = x.SourceSize * CvResize.Channels;
        _sourceHeight = y.SourceSize;
        _width = x.Size;
        _rows = rows;

        int padded = (_width + Block - 1) / Block * Block;
        _scratch = [new short[padded * Padded], new short[padded * Padded]];
        _offsets = new int[padded];
        _steps = new int[padded];
        _weights = new short[padded * Padded * 2];
        int last = x.SourceSize - 1;
        for (int i = 0; i < padded; i++)
        {
            // Past the left and right edge the edge pixel has the weight 1.
            var tap = columns[Math.Min(i, _width - 1)];
            tap = tap.Index < 0 ? new LinearTap(0, 0) : tap.Index >= last ? new LinearTap(last, 0) : tap;
            _offsets[i] = tap.Index * CvResize.Channels;
            _steps[i] = tap.Index < last ? CvResize.Channels : 0;
            var weights = _weights.AsSpan(WeightsOf(i), Padded * 2);
            for (int k = 0; k < Padded; k++)
                (weights[2 * k], weights[2 * k + 1]) = (tap.Weight0, tap.Weight1);
        }
    }

    public override void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        Span<int> held = [-1, -1];
        int stride = _width * CvResize.Channels;
        for (int y = 0; y < _rows.Length; y++)
        {
            // Past the upper and lower edge both rows are the edge row, and the weights stay unchanged.
            var tap = _rows[y];
            var upper = Interpolated(Math.Clamp(tap.Index, 0, _sourceHeight - 1), source, held);
            var lower = Interpolated(Math.Clamp(tap.Index + 1, 0, _sourceHeight - 1), source, held);
            Vertical(upper, lower, tap.Weight0, tap.Weight1, destination[(y * stride)..]);
        }
    }

    /// <summary>
    /// The index of a column's weights in <see cref="_weights"/>: columns 1 and 2 of every four are swapped, as
    /// <see cref="Horizontal"/> reads them.
    /// </summary>
    private static int WeightsOf(int column) =>
        ((column & ~3) | ((column & 1) << 1) | ((column >> 1) & 1)) * Padded * 2;

    /// <summary>
    /// Returns a source row interpolated along x; computes it only when the scratch row holds another.
    /// </summary>
    private short[] Interpolated(int row, ReadOnlySpan<byte> source, Span<int> held)
    {
        short[] scratch = _scratch[row & 1];
        if (held[row & 1] != row)
        {
            Horizontal(source[(row * _sourceStride)..], scratch);
            held[row & 1] = row;
        }

        return scratch;
    }

    /// <summary>Interpolates a row along x.</summary>
    /// <param name="source">The image from the row's first byte to its end.</param>
    /// <param name="row">Receives the padded row.</param>
    private void Horizontal(ReadOnlySpan<byte> source, short[] row)
    {
        int x = 0;
        if (Avx2.IsSupported)
        {
            // In each 128-bit half: (r0, r1, g0, g1, b0, b1, 0, 0) from the six bytes of two pixels.
            var pairs = Vector256.Create(
                0x80_04_80_01_80_03_80_00UL, 0x80_80_80_80_80_05_80_02UL,
                0x80_04_80_01_80_03_80_00UL, 0x80_80_80_80_80_05_80_02UL).AsByte();
            fixed (byte* s = source)
            fixed (int* offsets = _offsets)
            fixed (short* weights = _weights)
            fixed (short* r = row)
            {
                // 16 bytes are loaded for a pixel. Those after its pair get the weight 0, but must be inside the image.
                int end = row.Length / Padded;
                int longest = source.Length - Vector128<byte>.Count;
                for (; x < end && offsets[x + 3] <= longest; x += 4)
                {
                    // Columns 0 and 2 share a vector, 1 and 3 another: packing works within 128-bit halves and restores
                    // the order.
                    var even = Vector256.Create(Vector128.Load(s + offsets[x]), Vector128.Load(s + offsets[x + 2]));
                    var odd = Vector256.Create(Vector128.Load(s + offsets[x + 1]), Vector128.Load(s + offsets[x + 3]));
                    var h02 = Avx2.MultiplyAddAdjacent(Avx2.Shuffle(even, pairs).AsInt16(), Vector256.Load(weights + 8 * x));
                    var h13 = Avx2.MultiplyAddAdjacent(Avx2.Shuffle(odd, pairs).AsInt16(), Vector256.Load(weights + 8 * x + 16));
                    Avx2.PackSignedSaturate(h02 >> 4, h13 >> 4).Store(r + Padded * x);
                }
            }
        }

        for (; x < _width; x++)
        {
            var left = source[_offsets[x]..];
            var right = left[_steps[x]..];
            int weights = WeightsOf(x);
            for (int c = 0; c < CvResize.Channels; c++)
                row[Padded * x + c] = (short)((left[c] * _weights[weights] + right[c] * _weights[weights + 1]) >> 4);
        }
    }

    /// <summary>Interpolates between two padded rows along y.</summary>
    /// <param name="upper">The upper row.</param>
    /// <param name="lower">The lower row.</param>
    /// <param name="weight0">The upper row's weight.</param>
    /// <param name="weight1">The lower row's weight.</param>
    /// <param name="destination">
    /// The image from the row's first byte to its end. Bytes after the row may be overwritten: later rows are written
    /// later.
    /// </param>
    private void Vertical(short[] upper, short[] lower, short weight0, short weight1, Span<byte> destination)
    {
        int x = 0;
        if (Avx2.IsSupported)
        {
            // In each 128-bit half: four pixels of four bytes to four pixels of three bytes.
            var compress = Vector256.Create(
                0x09_08_06_05_04_02_01_00UL, 0x80_80_80_80_0E_0D_0C_0AUL,
                0x09_08_06_05_04_02_01_00UL, 0x80_80_80_80_0E_0D_0C_0AUL).AsByte();
            var w0 = Vector256.Create(weight0);
            var w1 = Vector256.Create(weight1);
            var half = Vector256.Create((short)2);
            fixed (short* u = upper)
            fixed (short* l = lower)
            fixed (byte* d = destination)
            {
                const int HalfBlock = Block / 2;
                const int BytesOfHalf = HalfBlock * CvResize.Channels;
                int end = Math.Min(upper.Length / Padded, (destination.Length - BytesOfHalf - Vector128<byte>.Count) / CvResize.Channels + 1);
                for (; x < end; x += Block)
                {
                    var a = (Avx2.MultiplyHigh(Vector256.Load(u + Padded * x), w0)
                        + Avx2.MultiplyHigh(Vector256.Load(l + Padded * x), w1) + half) >> 2;
                    var b = (Avx2.MultiplyHigh(Vector256.Load(u + Padded * (x + HalfBlock)), w0)
                        + Avx2.MultiplyHigh(Vector256.Load(l + Padded * (x + HalfBlock)), w1) + half) >> 2;
                    var bytes = Avx2.Permute4x64(Avx2.PackUnsignedSaturate(a, b).AsUInt64(), 0b11_01_10_00).AsByte();
                    bytes = Avx2.Shuffle(bytes, compress);
                    bytes.GetLower().Store(d + CvResize.Channels * x);
                    bytes.GetUpper().Store(d + CvResize.Channels * x + BytesOfHalf);
                }
            }
        }

        for (; x < _width; x++)
        {
            for (int c = 0; c < CvResize.Channels; c++)
            {
                int i = Padded * x + c;
                destination[CvResize.Channels * x + c] =
                    (byte)((((upper[i] * weight0) >> 16) + ((lower[i] * weight1) >> 16) + 2) >> 2);
            }
        }
    }
}
