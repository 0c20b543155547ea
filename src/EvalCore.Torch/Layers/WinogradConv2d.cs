using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// A 3x3 convolution of stride 1 and padding 1 by Winograd's algorithm, see <see cref="WinogradTile"/>: 36 products for 16 outputs
/// in place of 144. Over all channels they are 36 matrix products, which are one 1x1 convolution of 36 groups. The weights take
/// four times the memory of a direct convolution's.
/// </summary>
internal sealed unsafe class WinogradConv2d
{
    /// <summary>With fewer channels the transforms take what the products save.</summary>
    private const long Least = 64;

    /// <summary>Numbers of a block of tiles at its points: these and the products fit in a processor's second cache.</summary>
    private const long Block = 1 << 17;

    private static readonly OneDnn.Convolution Multiply = OneDnn.Convolutions(groups: WinogradTile.Products);

    /// <summary>
    /// Pixels of a tile, and of all images, below which a direct convolution is as fast: tiles reach too far outside the images, or the
    /// weights, four times as many, are read for too few products. Measured with 64 to 512 channels on images of 3x3 to 120x160.
    /// </summary>
    private const long LeastOfTile = 8;
    private const long LeastOfImages = 24;

    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly Tensor _padding;
    private readonly nint _inputs;
    private readonly nint _outputs;

    /// <summary>Transforms weights.</summary>
    /// <param name="state">Keeps the tensors.</param>
    /// <param name="weight">[outputs, inputs, 3, 3], both multiples of <see cref="WinogradTile.Lanes"/>.</param>
    /// <param name="bias">[outputs] or null; belongs to the layer from here on.</param>
    /// <param name="images">The images that one episode gives to a call.</param>
    public WinogradConv2d(StateDict state, Tensor weight, Tensor? bias, (long Count, long Height, long Width) images)
    {
        (_outputs, _inputs) = ((nint)weight.shape[0], (nint)weight.shape[1]);
        if ((_outputs | _inputs) % WinogradTile.Lanes != 0)
            throw new ArgumentException($"The weight has {_outputs} outputs and {_inputs} inputs; both must be multiples of {WinogradTile.Lanes}.", nameof(weight));
        _bias = bias is null ? null : state.Keep(Checked(bias, nameof(bias), _outputs).contiguous());
        _padding = state.Keep(zeros(_inputs, dtype: ScalarType.Float32));
        var filter = tensor(WinogradTile.FilterTransform).view(WinogradTile.Size, 3);
        var points = kron(filter, filter).matmul(weight.to(ScalarType.Float64).permute(2, 3, 0, 1).reshape(9, -1));
        _weight = state.Keep(Multiply.Pack(
            points.to(ScalarType.Float32).view(WinogradTile.Products * _outputs, _inputs, 1, 1), (1, 1, Math.Min(Grid.Of(images).Count, TilesOfBlock))));
    }

    private nint TilesOfBlock => (nint)Math.Max(1, Block / (WinogradTile.Products * _inputs));

    /// <summary>Whether it is faster than a direct convolution: there are enough channels, and enough pixels for each product.</summary>
    /// <param name="weight">[outputs, inputs, 3, 3].</param>
    /// <param name="images">The images that one episode gives to a call.</param>
    public static bool Pays(Tensor weight, (long Count, long Height, long Width) images)
    {
        var (outputs, inputs) = (weight.shape[0], weight.shape[1]);
        return Math.Min(outputs, inputs) >= Least && (outputs | inputs) % WinogradTile.Lanes == 0
            && images.Count * images.Height * images.Width > LeastOfTile * Grid.Of(images).Count + LeastOfImages && OneDnn.Takes(weight);
    }

    /// <summary>[N, inputs, H, W] to [N, outputs, H, W], channels-last.</summary>
    /// <param name="x">The images.</param>
    /// <param name="shortcut">What is added to the outputs, of their shape, or null.</param>
    /// <param name="relu">Whether negative sums become 0.</param>
    public Tensor Forward(Tensor x, Tensor? shortcut = null, bool relu = false)
    {
        using var scope = NewDisposeScope();
        var (images, height, width) = (x.shape[0], x.shape[2], x.shape[3]);
        x = ChannelsLast(Checked(x, nameof(x), images, _inputs, height, width));
        var added = shortcut is null ? null : ChannelsLast(Checked(shortcut, nameof(shortcut), images, _outputs, height, width));
        var y = empty(images, height, width, _outputs, dtype: ScalarType.Float32);
        var grid = Grid.Of((images, height, width));
        int threads = get_num_threads();
        nint block = Math.Min(grid.Count, TilesOfBlock * threads);
        var points = empty(1, 1, block, WinogradTile.Products * _inputs, dtype: ScalarType.Float32);
        float* input = Data(x), padding = Data(_padding), point = Data(points), bias = Data(_bias), add = Data(added), output = Data(y);
        for (nint start = 0; start < grid.Count; start += block)
        {
            nint first = start;
            nint count = Math.Min(block, grid.Count - first);
            Share(count, threads, (from, to) =>
            {
                float** pixels = stackalloc float*[WinogradTile.Products];
                for (nint tile = from; tile < to; tile++)
                {
                    grid.Locate(first + tile, -1, WinogradTile.Size, input, _inputs, padding, pixels);
                    WinogradTile.InputTransform(pixels, _inputs, point + tile * WinogradTile.Products * _inputs);
                }
            });

            using var products = NewDisposeScope();
            float* product = Data(Multiply.Forward(points.narrow(2, 0, count).permute(0, 3, 1, 2), _weight, null).permute(0, 2, 3, 1));
            Share(count, threads, (from, to) =>
            {
                const int Outputs = WinogradTile.Outputs * WinogradTile.Outputs;
                float** sums = stackalloc float*[Outputs];
                float** shortcuts = stackalloc float*[Outputs];
                for (nint tile = from; tile < to; tile++)
                {
                    grid.Locate(first + tile, 0, WinogradTile.Outputs, output, _outputs, outside: null, sums);
                    if (add != null)
                        grid.Locate(first + tile, 0, WinogradTile.Outputs, add, _outputs, outside: null, shortcuts);
                    WinogradTile.OutputTransform(product + tile * WinogradTile.Products * _outputs, _outputs, bias, add == null ? null : shortcuts, relu, sums);
                }
            });
        }

        return y.permute(0, 3, 1, 2).MoveToOuterDisposeScope();
    }

    private static Tensor ChannelsLast(Tensor images) => images.permute(0, 2, 3, 1).contiguous();

    /// <summary>A tensor whose type and shape are those that addresses are computed for.</summary>
    private static Tensor Checked(Tensor tensor, string name, params long[] shape) => tensor.dtype == ScalarType.Float32 && tensor.shape.SequenceEqual(shape)
        ? tensor
        : throw new ArgumentException($"The tensor is {tensor.dtype} [{string.Join(", ", tensor.shape)}]; it must be {ScalarType.Float32} [{string.Join(", ", shape)}].", name);

    /// <summary>Where a contiguous tensor's first number is. The tensor may be larger than a span can be.</summary>
    private static float* Data(Tensor? tensor)
    {
        if (tensor is null)
            return null;
        using var first = tensor.view(-1).narrow(0, 0, 1);
        fixed (byte* data = first.bytes)
            return (float*)data;
    }

    /// <summary>Divides a block's tiles among threads.</summary>
    private static void Share(nint tiles, int threads, Action<nint, nint> part)
    {
        if (threads == 1)
            part(0, tiles);
        else
            Parallel.For(0, threads, new ParallelOptions { MaxDegreeOfParallelism = threads }, i => part(tiles * i / threads, tiles * (i + 1) / threads));
    }

    /// <summary>The tiles of images: row by row, image by image.</summary>
    private readonly record struct Grid(nint Images, nint Height, nint Width)
    {
        public nint Count => Images * Rows * Columns;

        private nint Rows => (Height + WinogradTile.Outputs - 1) / WinogradTile.Outputs;

        private nint Columns => (Width + WinogradTile.Outputs - 1) / WinogradTile.Outputs;

        public static Grid Of((long Count, long Height, long Width) images) => new((nint)images.Count, (nint)images.Height, (nint)images.Width);

        /// <summary>Finds where the channels of each pixel of a square of a tile are.</summary>
        /// <param name="tile">Which tile.</param>
        /// <param name="offset">The square's first row and column, seen from the tile's outputs.</param>
        /// <param name="size">The square's rows and columns.</param>
        /// <param name="data">Images, [N, H, W, channels].</param>
        /// <param name="channels">Their channels.</param>
        /// <param name="outside">What stands for a pixel outside the image.</param>
        /// <param name="pixels">The result, row by row.</param>
        public void Locate(nint tile, nint offset, nint size, float* data, nint channels, float* outside, float** pixels)
        {
            var (image, inImage) = Math.DivRem(tile, Rows * Columns);
            var (row, column) = Math.DivRem(inImage, Columns);
            var (top, left) = (row * WinogradTile.Outputs + offset, column * WinogradTile.Outputs + offset);
            for (nint y = top; y < top + size; y++)
            {
                for (nint x = left; x < left + size; x++)
                    *pixels++ = y >= 0 && y < Height && x >= 0 && x < Width ? data + ((image * Height + y) * Width + x) * channels : outside;
            }
        }
    }
}
