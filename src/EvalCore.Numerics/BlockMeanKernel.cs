namespace EvalCore.Numerics;

/// <summary>
/// Shrinking by whole factors: the mean of a block of source pixels. As in OpenCV, blocks of 2 x 2 are rounded half up,
/// all others half to even.
/// </summary>
internal sealed class BlockMeanKernel(ResizeAxis y, ResizeAxis x) : ResizeKernel
{
    private readonly int _blockHeight = y.WholeScale;
    private readonly int _blockWidth = x.WholeScale;
    private readonly float _weight = 1f / (y.WholeScale * x.WholeScale);

    public override void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        int sourceStride = x.SourceSize * CvResize.Channels;
        int blockBytes = _blockWidth * CvResize.Channels;
        bool halving = _blockHeight == 2 && _blockWidth == 2;
        int next = 0;
        for (int row = 0; row < y.Size; row++)
        {
            for (int column = 0; column < x.Size; column++)
            {
                var block = source[(row * _blockHeight * sourceStride + column * blockBytes)..];
                int sum0 = 0, sum1 = 0, sum2 = 0;
                for (int i = 0; i < _blockHeight; i++)
                {
                    var line = block.Slice(i * sourceStride, blockBytes);
                    for (int k = 0; k + 2 < line.Length; k += CvResize.Channels)
                    {
                        sum0 += line[k];
                        sum1 += line[k + 1];
                        sum2 += line[k + 2];
                    }
                }

                destination[next] = halving ? (byte)((sum0 + 2) >> 2) : Mean(sum0);
                destination[next + 1] = halving ? (byte)((sum1 + 2) >> 2) : Mean(sum1);
                destination[next + 2] = halving ? (byte)((sum2 + 2) >> 2) : Mean(sum2);
                next += CvResize.Channels;
            }
        }
    }

    private byte Mean(int sum) => (byte)Math.Min(MathF.Round(sum * _weight), byte.MaxValue);
}
