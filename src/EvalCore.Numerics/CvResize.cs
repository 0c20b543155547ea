using System.Diagnostics;

namespace EvalCore.Numerics;

/// <summary>
/// <c>cv2.resize</c> of images with three 8-bit channels, with the same bytes as OpenCV 4.13 on x86-64. An instance is
/// made for one pair of sizes and holds its own scratch rows: one thread at a time may use it, and <see cref="Apply"/>
/// allocates nothing.
/// </summary>
public sealed class CvResize
{
    /// <summary>Channels of an image: red, green, blue or any other three.</summary>
    internal const int Channels = 3;

    private readonly int _sourceBytes;
    private readonly int _bytes;
    private readonly ResizeKernel? _kernel;

    /// <summary>Prepares resizing from one size to another.</summary>
    /// <param name="sourceHeight">Rows of the source, at least 1.</param>
    /// <param name="sourceWidth">Columns of the source, at least 1.</param>
    /// <param name="height">Rows of the result, at least 1.</param>
    /// <param name="width">Columns of the result, at least 1.</param>
    /// <param name="interpolation">The interpolation method.</param>
    public CvResize(
        int sourceHeight, int sourceWidth, int height, int width, CvInterpolation interpolation = CvInterpolation.Linear)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceHeight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        _sourceBytes = checked(sourceHeight * sourceWidth * Channels);
        _bytes = checked(height * width * Channels);
        _kernel = Choose(new ResizeAxis(sourceHeight, height), new ResizeAxis(sourceWidth, width), interpolation);
    }

    /// <summary>Resizes an image.</summary>
    /// <param name="source">The source image, [sourceHeight, sourceWidth, 3], row-major.</param>
    /// <param name="destination">
    /// Receives the result, [height, width, 3], row-major; must not overlap the source.
    /// </param>
    /// <exception cref="ArgumentException">The length of a buffer is not that of its image.</exception>
    public void Apply(ReadOnlySpan<byte> source, Span<byte> destination)
    {
        if (source.Length != _sourceBytes)
            throw new ArgumentException($"The source has {source.Length} bytes, expected {_sourceBytes}.", nameof(source));
        if (destination.Length != _bytes)
            throw new ArgumentException($"The destination has {destination.Length} bytes, expected {_bytes}.", nameof(destination));
        if (_kernel is null)
            source.CopyTo(destination);
        else
            _kernel.Apply(source, destination);
    }

    /// <summary>Chooses the algorithm that OpenCV uses for these sizes; null for a plain copy.</summary>
    private static ResizeKernel? Choose(ResizeAxis y, ResizeAxis x, CvInterpolation interpolation)
    {
        if (y.SourceSize == y.Size && x.SourceSize == x.Size)
            return null;
        bool whole = y.IsWhole && x.IsWhole;
        bool halving = whole && y.WholeScale == 2 && x.WholeScale == 2;
        return interpolation switch
        {
            // OpenCV computes halving by bilinear interpolation as the mean of four pixels, with that kernel's
            // rounding.
            CvInterpolation.Linear when halving => new BlockMeanKernel(y, x),
            CvInterpolation.Linear => new BilinearKernel(y, x, y.LinearTaps(), x.LinearTaps()),
            CvInterpolation.Area when y.Scale < 1 || x.Scale < 1 => new BilinearKernel(y, x, y.EnlargingAreaTaps(), x.EnlargingAreaTaps()),
            CvInterpolation.Area when whole => new BlockMeanKernel(y, x),
            CvInterpolation.Area => new AreaKernel(y, x),
            _ => throw new UnreachableException(),
        };
    }
}
