using System.Numerics;

namespace EvalCore.Numerics;

/// <summary>
/// <c>torch.nn.functional.interpolate(x, size, mode="bilinear", align_corners=False, antialias=...)</c> of float32
/// images, within 1e-6 of torch 2.14 for values in [0, 1]. An instance is made for one pair of sizes and holds its own
/// scratch rows: one thread at a time may use it, and <see cref="Apply"/> allocates nothing.
/// </summary>
public sealed class TorchResize
{
    private readonly int _sourceHeight;
    private readonly int _sourceWidth;
    private readonly int _height;
    private readonly int _width;
    private readonly Taps[] _rows;
    private readonly Taps[] _columns;

    /// <summary>A plane resized along x only: [sourceHeight, width].</summary>
    private readonly float[] _scratch;

    /// <summary>Prepares resizing from one size to another.</summary>
    /// <param name="sourceHeight">Rows of the source, at least 1.</param>
    /// <param name="sourceWidth">Columns of the source, at least 1.</param>
    /// <param name="height">Rows of the result, at least 1.</param>
    /// <param name="width">Columns of the result, at least 1.</param>
    /// <param name="antialias">
    /// Whether shrinking averages over all source pixels that a result pixel covers, as Pillow does.
    /// </param>
    public TorchResize(int sourceHeight, int sourceWidth, int height, int width, bool antialias = false)
    {
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceHeight);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(sourceWidth);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(height);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(width);
        (_sourceHeight, _sourceWidth, _height, _width) = (sourceHeight, sourceWidth, height, width);
        _rows = antialias ? Triangles(sourceHeight, height) : Neighbours(sourceHeight, height);
        _columns = antialias ? Triangles(sourceWidth, width) : Neighbours(sourceWidth, width);
        _scratch = new float[checked(sourceHeight * width)];
    }

    /// <summary>Resizes one or more planes.</summary>
    /// <param name="source">[C, sourceHeight, sourceWidth], row-major, any C.</param>
    /// <param name="destination">Receives [C, height, width], row-major; must not overlap the source.</param>
    /// <exception cref="ArgumentException">The buffers do not have the same number of whole planes.</exception>
    public void Apply(ReadOnlySpan<float> source, Span<float> destination)
    {
        int sourcePlane = _sourceHeight * _sourceWidth;
        int plane = _height * _width;
        int channels = source.Length / sourcePlane;
        if (source.Length != channels * sourcePlane)
            throw new ArgumentException($"The source has {source.Length} values, not a multiple of {sourcePlane}.", nameof(source));
        if (destination.Length != channels * plane)
            throw new ArgumentException($"The destination has {destination.Length} values, expected {channels * plane}.", nameof(destination));

        for (int c = 0; c < channels; c++)
        {
            for (int y = 0; y < _sourceHeight; y++)
                Horizontal(source.Slice(c * sourcePlane + y * _sourceWidth, _sourceWidth), _scratch.AsSpan(y * _width, _width));
            for (int y = 0; y < _height; y++)
                Vertical(_rows[y], destination.Slice(c * plane + y * _width, _width));
        }
    }

    private void Horizontal(ReadOnlySpan<float> source, Span<float> row)
    {
        for (int x = 0; x < row.Length; x++)
        {
            var taps = _columns[x];
            float sum = 0;
            for (int i = 0; i < taps.Weights.Length; i++)
                sum += source[taps.First + i] * taps.Weights[i];
            row[x] = sum;
        }
    }

    private void Vertical(Taps taps, Span<float> row)
    {
        row.Clear();
        for (int i = 0; i < taps.Weights.Length; i++)
        {
            var source = _scratch.AsSpan((taps.First + i) * _width, _width);
            int x = 0;
            var weight = new Vector<float>(taps.Weights[i]);
            for (; x + Vector<float>.Count <= row.Length; x += Vector<float>.Count)
                (new Vector<float>(row[x..]) + new Vector<float>(source[x..]) * weight).CopyTo(row[x..]);
            for (; x < row.Length; x++)
                row[x] += source[x] * taps.Weights[i];
        }
    }

    /// <summary>
    /// Without antialiasing: the two source pixels next to a result pixel's centre; past an edge, the edge pixel.
    /// </summary>
    private static Taps[] Neighbours(int sourceSize, int size)
    {
        float scale = (float)sourceSize / size;
        var taps = new Taps[size];
        for (int i = 0; i < size; i++)
        {
            float position = Math.Max(scale * (i + 0.5f) - 0.5f, 0);
            int first = (int)position;
            float fraction = position - first;
            taps[i] = first < sourceSize - 1 ? new Taps(first, [1 - fraction, fraction]) : new Taps(sourceSize - 1, [1]);
        }

        return taps;
    }

    /// <summary>
    /// With antialiasing: the source pixels under a triangle filter around a result pixel's centre. Its half width is
    /// the larger of one source pixel and one result pixel.
    /// </summary>
    private static Taps[] Triangles(int sourceSize, int size)
    {
        float scale = (float)sourceSize / size;
        float reach = Math.Max(scale, 1);
        var taps = new Taps[size];
        for (int i = 0; i < size; i++)
        {
            float centre = scale * (i + 0.5f);
            int first = Math.Max((int)(centre - reach + 0.5f), 0);
            int end = Math.Min((int)(centre + reach + 0.5f), sourceSize);
            float[] weights = new float[end - first];
            float total = 0;
            for (int k = 0; k < weights.Length; k++)
            {
                weights[k] = Math.Max(1 - Math.Abs((first + k - centre + 0.5f) / reach), 0);
                total += weights[k];
            }

            for (int k = 0; k < weights.Length; k++)
                weights[k] /= total;
            taps[i] = new Taps(first, weights);
        }

        return taps;
    }

    /// <summary>
    /// The source pixels of one result pixel: the index of the first, and the weights of it and those after it.
    /// </summary>
    private readonly record struct Taps(int First, float[] Weights);
}
