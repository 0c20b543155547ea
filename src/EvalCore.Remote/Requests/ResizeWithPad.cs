namespace EvalCore.Remote.Requests;

/// <summary>
/// openpi's <c>resize_with_pad</c> (openpi-client 0.1.2, <c>image_tools.py</c>), bit for bit: Pillow's BILINEAR, which is a
/// triangle filter in fixed point that widens when it shrinks, then black at the borders. For one size of input and output; used
/// by one thread at a time.
/// </summary>
internal sealed class ResizeWithPad
{
    private const int Channels = 3;
    private const int FractionBits = 22;

    private readonly int _size;
    private readonly int _inner;
    private readonly Axis? _horizontal;
    private readonly Axis? _vertical;
    private readonly int _top;
    private readonly int _left;
    private readonly int _rows;
    private readonly int _columns;
    private readonly int _width;
    private readonly byte[] _wide;

    /// <param name="height">Rows of the input.</param>
    /// <param name="width">Pixels of a row of the input.</param>
    /// <param name="outHeight">Rows of the output.</param>
    /// <param name="outWidth">Pixels of a row of the output.</param>
    public ResizeWithPad(int height, int width, int outHeight, int outWidth)
    {
        double ratio = Math.Max((double)width / outWidth, (double)height / outHeight);
        (_rows, _columns, _width, _size) = ((int)(height / ratio), (int)(width / ratio), outWidth, outHeight * outWidth * Channels);
        if (height == outHeight && width == outWidth)
            (_rows, _columns) = (height, width);
        (_top, _left) = ((outHeight - _rows) / 2, (outWidth - _columns) / 2);
        _horizontal = _columns == width ? null : new Axis(width, _columns);
        _vertical = _rows == height ? null : new Axis(height, _rows);
        _wide = new byte[height * _columns * Channels];
        _inner = height;
    }

    /// <summary>Resizes an image.</summary>
    /// <param name="image">8-bit RGB, [height, width, 3].</param>
    /// <param name="output">Receives [out height, out width, 3].</param>
    public void Apply(ReadOnlySpan<byte> image, Span<byte> output)
    {
        output = output[.._size];
        if (_rows * _width * Channels != _size || _columns != _width)
            output.Clear();
        var wide = _horizontal is null ? image : Widen(image, _horizontal);
        int row = _columns * Channels;
        for (int y = 0; y < _rows; y++)
        {
            var target = output.Slice(((_top + y) * _width + _left) * Channels, row);
            if (_vertical is null)
                wide.Slice(y * row, row).CopyTo(target);
            else
                Blend(wide, row, _vertical, y, target);
        }
    }

    private byte[] Widen(ReadOnlySpan<byte> image, Axis axis)
    {
        int from = image.Length / _inner;
        int to = _columns * Channels;
        for (int y = 0; y < _inner; y++)
        {
            var line = image.Slice(y * from, from);
            var target = _wide.AsSpan(y * to, to);
            for (int x = 0; x < _columns; x++)
            {
                var weights = axis.Weights[x];
                int at = axis.First[x] * Channels;
                int r = 1 << (FractionBits - 1), g = r, b = r;
                foreach (int weight in weights)
                {
                    r += weight * line[at];
                    g += weight * line[at + 1];
                    b += weight * line[at + 2];
                    at += Channels;
                }

                target[x * Channels] = Clip(r);
                target[x * Channels + 1] = Clip(g);
                target[x * Channels + 2] = Clip(b);
            }
        }

        return _wide;
    }

    private static void Blend(ReadOnlySpan<byte> image, int row, Axis axis, int y, Span<byte> target)
    {
        int[] weights = axis.Weights[y];
        int first = axis.First[y] * row;
        for (int i = 0; i < target.Length; i++)
        {
            int sum = 1 << (FractionBits - 1);
            int at = first + i;
            foreach (int weight in weights)
            {
                sum += weight * image[at];
                at += row;
            }

            target[i] = Clip(sum);
        }
    }

    private static byte Clip(int sum) => (byte)Math.Clamp(sum >> FractionBits, 0, 255);

    /// <summary>The weights of one direction.</summary>
    private sealed class Axis
    {
        public Axis(int n, int m)
        {
            (First, Weights) = (new int[m], new int[m][]);
            double scale = (double)n / m;
            double support = Math.Max(scale, 1);
            for (int x = 0; x < m; x++)
            {
                double centre = (x + 0.5) * scale;
                int low = Math.Max((int)(centre - support + 0.5), 0);
                int high = Math.Min((int)(centre + support + 0.5), n);
                double[] weights = new double[high - low];
                double sum = 0;
                for (int j = 0; j < weights.Length; j++)
                {
                    weights[j] = Math.Max(0, 1 - Math.Abs((low + j - centre + 0.5) * (1 / support)));
                    sum += weights[j];
                }

                First[x] = low;
                Weights[x] = [.. weights.Select(weight => (int)(0.5 + weight * (1 / sum) * (1 << FractionBits)))];
            }
        }

        /// <summary>The first input sample of each output sample.</summary>
        public int[] First { get; }

        /// <summary>The weights of each output sample's input samples.</summary>
        public int[][] Weights { get; }
    }
}
