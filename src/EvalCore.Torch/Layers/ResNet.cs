using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// torchvision's ResNet up to <c>layer4</c> (He et al., 2016), in evaluation mode. Widths are read from the tensors.
/// </summary>
internal sealed class ResNet
{
    private static readonly Dictionary<string, (int[] Blocks, bool Bottleneck)> Depths = new()
    {
        ["resnet18"] = ([2, 2, 2, 2], false),
        ["resnet34"] = ([3, 4, 6, 3], false),
        ["resnet50"] = ([3, 4, 6, 3], true),
        ["resnet101"] = ([3, 4, 23, 3], true),
        ["resnet152"] = ([3, 8, 36, 3], true),
    };

    private readonly ConvNorm _stem;
    private readonly List<Block> _blocks = [];

    /// <summary>Loads the backbone's tensors.</summary>
    /// <param name="name"><c>resnet18</c> ... <c>resnet152</c>.</param>
    /// <param name="state">The backbone's part.</param>
    /// <param name="names">What the file calls <c>conv1</c>, <c>bn1</c>, <c>layer1</c> ... <c>layer4</c>.</param>
    /// <param name="groupNorm">Group norm, 16 channels to a group, in place of batch norm.</param>
    /// <param name="image">Height and width of the images; others are computed too, but slower.</param>
    /// <param name="dilateLast">A dilation in <c>layer4</c> in place of its stride.</param>
    public ResNet(
        string name, StateDict state, IReadOnlyList<string> names, bool groupNorm, (int Height, int Width) image, bool dilateLast = false)
    {
        (long Height, long Width) map = image;
        var (blocks, bottleneck) = Depths[name];
        _stem = new ConvNorm(state[names[0]], state[names[1]], kernel: 7, stride: 2, dilation: 1, groupNorm, ref map);
        map = (ConvNorm.Half(map.Height), ConvNorm.Half(map.Width));
        long channels = _stem.OutChannels;
        int dilation = 1;
        for (int layer = 0; layer < 4; layer++)
        {
            bool dilate = dilateLast && layer == 3;
            for (int i = 0; i < blocks[layer]; i++)
            {
                int stride = i == 0 && layer > 0 && !dilate ? 2 : 1;
                var block = new Block(state[names[2 + layer]][i], bottleneck, stride, dilation, groupNorm, ref map);
                if (dilate)
                    dilation = 2;
                _blocks.Add(block);
                channels = block.OutChannels;
            }
        }

        OutChannels = channels;
    }

    /// <summary>torchvision's own names, as ACT has them.</summary>
    public static IReadOnlyList<string> ModuleNames { get; } = ["conv1", "bn1", "layer1", "layer2", "layer3", "layer4"];

    /// <summary>Places in an <c>nn.Sequential</c> of torchvision's children, as Diffusion and VQ-BeT have them.</summary>
    public static IReadOnlyList<string> SequentialNames { get; } = ["0", "1", "4", "5", "6", "7"];

    /// <summary>Channels of the feature map.</summary>
    public long OutChannels { get; }

    /// <summary>What is wrong with a backbone's name, or null.</summary>
    public static string? Validate(string name, bool dilateLast = false)
    {
        if (!Depths.TryGetValue(name, out var depth))
            return $"vision_backbone is '{name}'; known are {string.Join(", ", Depths.Keys)}";
        return dilateLast && !depth.Bottleneck
            ? $"replace_final_stride_with_dilation needs a backbone of bottleneck blocks, and {name} has none"
            : null;
    }

    /// <summary>[N, 3, H, W] to [N, <see cref="OutChannels"/>, H / 32, W / 32], rounded up.</summary>
    public Tensor Forward(Tensor x)
    {
        x = nn.functional.max_pool2d(_stem.Forward(x).relu_(), 3, stride: 2, padding: 1);
        foreach (var block in _blocks)
            x = block.Forward(x);
        return x;
    }

    /// <summary>A basic block (two convolutions) or a bottleneck (three), with its shortcut.</summary>
    private sealed class Block
    {
        private readonly ConvNorm[] _convs;
        private readonly ConvNorm? _downsample;

        public Block(StateDict state, bool bottleneck, int stride, int dilation, bool groupNorm, ref (long Height, long Width) map)
        {
            var input = map;
            _convs = bottleneck
                ? [Conv(1, 1, 1, 1, ref map), Conv(2, 3, stride, dilation, ref map), Conv(3, 1, 1, 1, ref map)]
                : [Conv(1, 3, stride, dilation, ref map), Conv(2, 3, 1, dilation, ref map)];
            if (stride != 1 || _convs[0].InChannels != OutChannels)
                _downsample = new ConvNorm(state["downsample"][0], state["downsample"][1], 1, stride, 1, groupNorm, ref input);

            ConvNorm Conv(int number, int kernel, int stride, int dilation, ref (long Height, long Width) map) =>
                new(state[$"conv{number}"], state[$"bn{number}"], kernel, stride, dilation, groupNorm, ref map);
        }

        public long OutChannels => _convs[^1].OutChannels;

        public Tensor Forward(Tensor x)
        {
            var y = x;
            for (int i = 0; i < _convs.Length - 1; i++)
                y = _convs[i].Forward(y).relu_();
            return _convs[^1].Forward(y).PlusInPlace(_downsample?.Forward(x) ?? x).relu_();
        }
    }

    /// <summary>
    /// A convolution without bias and its norm. Batch norm in evaluation mode is y = s x + t for each channel, so it is
    /// folded into the convolution. On small maps libtorch's convolution spends its time on rearranging the weights: there
    /// they are laid out once, and each position's neighbourhood is one row of a matrix product.
    /// </summary>
    private sealed class ConvNorm
    {
        private const double Eps = 1e-5;
        private const long SmallMap = 64;

        private readonly Tensor? _weight;
        private readonly Tensor? _matrix;
        private readonly Tensor? _bias;
        private readonly Tensor? _groupWeight;
        private readonly Tensor? _groupBias;
        private readonly int _kernel;
        private readonly int _stride;
        private readonly int _padding;
        private readonly int _dilation;

        public ConvNorm(
            StateDict conv, StateDict norm, int kernel, int stride, int dilation, bool groupNorm, ref (long Height, long Width) map)
        {
            (_kernel, _stride, _padding, _dilation) = (kernel, stride, dilation * (kernel / 2), dilation);
            (OutChannels, InChannels) = (conv.Shape("weight")[0], conv.Shape("weight")[1]);
            map = stride == 2 ? (Half(map.Height), Half(map.Width)) : map;

            using var scope = NewDisposeScope();
            var weight = conv.LoadTemporary("weight", -1, -1, kernel, kernel);
            if (groupNorm)
            {
                _groupWeight = norm.Load("weight", OutChannels);
                _groupBias = norm.Load("bias", OutChannels);
            }
            else
            {
                var mean = norm.LoadTemporary("running_mean", OutChannels).to(ScalarType.Float64);
                var variance = norm.LoadTemporary("running_var", OutChannels).to(ScalarType.Float64);
                var scale = norm.LoadTemporary("weight", OutChannels).to(ScalarType.Float64) / variance.Plus(Scalars.Of(Eps)).sqrt();
                var shift = norm.LoadTemporary("bias", OutChannels).to(ScalarType.Float64) - mean * scale;
                weight = (weight.to(ScalarType.Float64) * scale.reshape(-1, 1, 1, 1)).to(ScalarType.Float32);
                _bias = norm.Keep(shift.to(ScalarType.Float32));
            }

            if (map.Height * map.Width <= SmallMap)
                _matrix = conv.Keep(weight.permute(2, 3, 1, 0).reshape(-1, OutChannels).contiguous());
            else
                _weight = conv.Keep(weight);
        }

        public long InChannels { get; }

        public long OutChannels { get; }

        /// <summary>A length after a stride of two.</summary>
        public static long Half(long length) => (length + 1) / 2;

        public Tensor Forward(Tensor x)
        {
            var y = _matrix is null
                ? nn.functional.conv2d(x, _weight!, _bias, [_stride, _stride], [_padding, _padding], [_dilation, _dilation])
                : Multiply(x, _matrix);
            return _groupWeight is null ? y : nn.functional.group_norm(y, OutChannels / 16, _groupWeight, _groupBias, Eps);
        }

        /// <summary>The convolution as a matrix product, in channels-last layout.</summary>
        private Tensor Multiply(Tensor x, Tensor matrix)
        {
            if (_padding > 0)
                x = nn.functional.pad(x, [_padding, _padding, _padding, _padding]);
            x = x.permute(0, 2, 3, 1).contiguous();
            long[] shape = x.shape;
            var (batch, height, width, channels) = (shape[0], shape[1], shape[2], shape[3]);
            long reach = _dilation * (_kernel - 1);
            long rows = (height - reach - 1) / _stride + 1;
            long columns = (width - reach - 1) / _stride + 1;
            var neighbourhoods = x.as_strided(
                [batch, rows, columns, _kernel, _kernel, channels],
                [height * width * channels, _stride * width * channels, _stride * channels, _dilation * width * channels, _dilation * channels, 1],
                x.storage_offset());
            var flat = neighbourhoods.reshape(batch * rows * columns, -1);
            var y = _bias is null ? flat.matmul(matrix) : addmm(_bias, flat, matrix, 1, 1);
            return y.view(batch, rows, columns, OutChannels).permute(0, 3, 1, 2);
        }
    }
}
