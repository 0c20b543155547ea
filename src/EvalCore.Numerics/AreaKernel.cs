using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace EvalCore.Numerics;

/// <summary>
/// <c>INTER_AREA</c> when shrinking: the mean of the source area that a result pixel covers, in single precision, first
/// along x, then along y, with source pixels added in their order. A vector holds the channels of one pixel, so each
/// channel is summed in the same order as in scalar code.
/// </summary>
internal sealed unsafe class AreaKernel : ResizeKernel
{
    private readonly int _sourceStride;
    private readonly int _lastColumn;
    private readonly AreaTap[] _rows;
    private readonly AreaTap[] _columns;
    private readonly Vector128<float>[] _row;
    private readonly Vector128<float>[] _sum;

    public AreaKernel(ResizeAxis y, ResizeAxis x)
    {
        _sourceStride = x.SourceSize * CvResize.Channels;
        _lastColumn = x.SourceSize - 1;
        _rows = y.AreaTaps();
        _columns = x.AreaTaps();
        _row = new Vector128<float>[x.Size];
        _sum = new Vector128<float>[x.Size];
    }

    public override void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int heldRow = -1;
        for (int i = 0; i < _rows.Length; i++)
        {
            var tap = _rows[i];
            if (tap.Source != heldRow)
                Horizontal(source[(tap.Source * _sourceStride)..]);
            heldRow = tap.Source;

            bool isFirst = i == 0 || _rows[i - 1].Index != tap.Index;
            for (int x = 0; x < _sum.Length; x++)
                _sum[x] = isFirst ? _row[x] * tap.Weight : _sum[x] + _row[x] * tap.Weight;
            if (i == _rows.Length - 1 || _rows[i + 1].Index != tap.Index)
                Write(destination.Slice(tap.Index * _sum.Length * CvResize.Channels, _sum.Length * CvResize.Channels));
        }
    }

    /// <summary>
    /// Averages a row along x. <paramref name="source"/> is the image from the row's first byte to its end.
    /// </summary>
    private void Horizontal(ReadOnlySpan<byte> source)
    {
        // A pixel is loaded as 4 bytes; after the image's last pixel there is no fourth byte.
        bool isLast = source.Length == _sourceStride;
        fixed (byte* s = source)
        fixed (AreaTap* taps = _columns)
        {
            var tap = taps;
            var end = taps + _columns.Length;
            for (int x = 0; x < _row.Length; x++)
            {
                var sum = Vector128<float>.Zero;
                for (; tap < end && tap->Index == x; tap++)
                {
                    byte* pixel = s + tap->Source * CvResize.Channels;
                    uint bytes = isLast && tap->Source == _lastColumn
                        ? pixel[0] | (uint)pixel[1] << 8 | (uint)pixel[2] << 16
                        : Unsafe.ReadUnaligned<uint>(pixel);
                    var channels = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(bytes).AsByte()));
                    sum += Vector128.ConvertToSingle(channels.AsInt32()) * tap->Weight;
                }

                _row[x] = sum;
            }
        }
    }

    private void Write(Span<byte> destination)
    {
        for (int x = 0; x < _sum.Length; x++)
        {
            // The weights may add up to slightly more than 1, so a mean may round to 256.
            var rounded = Vector128.Min(Vector128.ConvertToInt32(Vector128.Round(_sum[x])), Vector128.Create((int)byte.MaxValue));
            for (int c = 0; c < CvResize.Channels; c++)
                destination[x * CvResize.Channels + c] = (byte)rounded[c];
        }
    }
}
