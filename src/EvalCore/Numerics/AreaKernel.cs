using System.Runtime.Intrinsics;

namespace EvalCore.Numerics;

/// <summary>
/// The mean of the area that a pixel covers, in single precision: first along x, then along y, source pixels in their
/// order. A vector holds the channels of one pixel, so its sums are the scalar ones.
/// </summary>
internal sealed class AreaKernel : ResizeKernel
{
    private readonly int _sourceStride;
    private readonly AreaTap[] _rows;
    private readonly AreaTap[] _columns;
    private readonly Vector128<float>[] _row;
    private readonly Vector128<float>[] _sum;

    public AreaKernel(ResizeAxis y, ResizeAxis x)
    {
        _sourceStride = x.SourceSize * CvResize.Channels;
        _rows = y.AreaTaps();
        _columns = x.AreaTaps();
        _row = new Vector128<float>[x.Size];
        _sum = new Vector128<float>[x.Size];
    }

    public override void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int held = -1;
        for (int i = 0; i < _rows.Length; i++)
        {
            var tap = _rows[i];
            if (tap.Source != held)
                Horizontal(source[(tap.Source * _sourceStride)..]);
            held = tap.Source;

            if (i == 0 || _rows[i - 1].Index != tap.Index)
                Array.Clear(_sum);
            for (int x = 0; x < _sum.Length; x++)
                _sum[x] += _row[x] * tap.Weight;
            if (i == _rows.Length - 1 || _rows[i + 1].Index != tap.Index)
                Write(destination.Slice(tap.Index * _sum.Length * CvResize.Channels, _sum.Length * CvResize.Channels));
        }
    }

    /// <summary>Averages a row along x; the source goes on to the end of the picture.</summary>
    private void Horizontal(ReadOnlySpan<byte> source)
    {
        Array.Clear(_row);
        foreach (var tap in _columns)
        {
            var pixel = source[(tap.Source * CvResize.Channels)..];
            var channels = Vector128.Create(pixel[0], pixel[1], pixel[2], 0);
            _row[tap.Index] += Vector128.ConvertToSingle(channels) * tap.Weight;
        }
    }

    private void Write(Span<byte> destination)
    {
        for (int x = 0; x < _sum.Length; x++)
        {
            var rounded = Vector128.ConvertToInt32(Vector128.Round(_sum[x]));
            for (int c = 0; c < CvResize.Channels; c++)
                destination[x * CvResize.Channels + c] = (byte)Math.Clamp(rounded[c], 0, byte.MaxValue);
        }
    }
}
