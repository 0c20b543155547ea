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
    /// <param name="images">How many images one episode gives to a call, and their height and width: how convolutions are computed depends on it.</param>
    /// <param name="dilateLast">A dilation in <c>layer4</c> in place of its stride.</param>
    public ResNet(
        string name, StateDict state, IReadOnlyList<string> names, bool groupNorm, (long Count, long Height, long Width) images, bool dilateLast = false)
    {
        var (blocks, bottleneck) = Depths[name];
        _stem = new ConvNorm(state[names[0]], state[names[1]], inputs: 3, kernel: 7, stride: 2, dilation: 1, groupNorm, images);
        images = Strided(Strided(images, 2), 2);
        long channels = _stem.OutChannels;
        int dilation = 1;
        for (int layer = 0; layer < 4; layer++)
        {
            bool dilate = dilateLast && layer == 3;
            for (int i = 0; i < blocks[layer]; i++)
            {
                int stride = i == 0 && layer > 0 && !dilate ? 2 : 1;
                var block = new Block(state[names[2 + layer]][i], channels, bottleneck, stride, dilation, groupNorm, images);
                images = Strided(images, stride);
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
    /// <remarks>ReLU and the largest of a window can change places: after the pooling there are fewer numbers.</remarks>
    public Tensor Forward(Tensor x)
    {
        x = Scoped(x, image => nn.functional.max_pool2d(_stem.Forward(image), 3, stride: 2, padding: 1).relu_());
        foreach (var block in _blocks)
        {
            var y = Scoped(x, block.Forward);
            x.Dispose();
            x = y;
        }

        return x;
    }

    private static (long Count, long Height, long Width) Strided((long Count, long Height, long Width) images, int stride) =>
        (images.Count, (images.Height + stride - 1) / stride, (images.Width + stride - 1) / stride);

    /// <summary>Frees what is computed on the way: the next layer finds the memory in the processor's cache.</summary>
    private static Tensor Scoped(Tensor x, Func<Tensor, Tensor> part)
    {
        using var scope = NewDisposeScope();
        return part(x).MoveToOuterDisposeScope();
    }

    /// <summary>A basic block (two convolutions) or a bottleneck (three), with its shortcut.</summary>
    private sealed class Block
    {
        private readonly ConvNorm[] _convs;
        private readonly ConvNorm? _downsample;

        public Block(StateDict state, long inputs, bool bottleneck, int stride, int dilation, bool groupNorm, (long Count, long Height, long Width) images)
        {
            var outputs = Strided(images, stride);
            long channels = inputs;
            _convs = bottleneck
                ? [Conv(1, 1, 1, 1, images), Conv(2, 3, stride, dilation, images), Conv(3, 1, 1, 1, outputs)]
                : [Conv(1, 3, stride, dilation, images), Conv(2, 3, 1, dilation, outputs)];
            if (stride != 1 || inputs != OutChannels)
                _downsample = new ConvNorm(state["downsample"][0], state["downsample"][1], inputs, 1, stride, 1, groupNorm, images, OutChannels);

            ConvNorm Conv(int number, int kernel, int stride, int dilation, (long Count, long Height, long Width) images)
            {
                var conv = new ConvNorm(state[$"conv{number}"], state[$"bn{number}"], channels, kernel, stride, dilation, groupNorm, images);
                channels = conv.OutChannels;
                return conv;
            }
        }

        public long OutChannels => _convs[^1].OutChannels;

        public Tensor Forward(Tensor x)
        {
            var y = x;
            for (int i = 0; i < _convs.Length - 1; i++)
                y = _convs[i].ForwardRelu(y);
            return _convs[^1].ForwardRelu(y, _downsample?.Forward(x) ?? x);
        }
    }

    /// <summary>
    /// A convolution without bias and its norm. Batch norm in evaluation mode is y = s x + t for each channel, so it is
    /// folded into the convolution.
    /// </summary>
    private sealed class ConvNorm
    {
        private const double Eps = 1e-5;

        private readonly Conv2d? _conv;
        private readonly WinogradConv2d? _winograd;
        private readonly Tensor? _groupWeight;
        private readonly Tensor? _groupBias;

        public ConvNorm(
            StateDict conv, StateDict norm, long inputs, int kernel, int stride, int dilation, bool groupNorm, (long Count, long Height, long Width) images,
            long? outputs = null)
        {
            OutChannels = outputs ?? conv.Shape("weight")[0];

            using var scope = NewDisposeScope();
            var weight = conv.LoadTemporary("weight", OutChannels, inputs, kernel, kernel);
            Tensor? bias = null;
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
                bias = shift.to(ScalarType.Float32);
            }

            if ((kernel, stride, dilation) == (3, 1, 1) && WinogradConv2d.Pays(weight, images))
                _winograd = new WinogradConv2d(conv, weight, bias, images);
            else
                _conv = new Conv2d(conv, weight, bias, images, stride, padding: dilation * (kernel / 2), dilation);
        }

        public long OutChannels { get; }

        /// <summary>
        /// libtorch's group norm on channels-last images takes the variance as a difference of two means, see
        /// <see cref="ConvBlock"/>, so group norm has the contiguous layout.
        /// </summary>
        public Tensor Forward(Tensor x)
        {
            var y = _conv?.Forward(x) ?? _winograd!.Forward(x);
            return _groupWeight is null ? y : nn.functional.group_norm(y.contiguous(), OutChannels / 16, _groupWeight, _groupBias, Eps);
        }

        /// <summary>ReLU of what <see cref="Forward"/> gives, plus a shortcut.</summary>
        public Tensor ForwardRelu(Tensor x, Tensor? shortcut = null)
        {
            if (_winograd is not null && _groupWeight is null)
                return _winograd.Forward(x, shortcut, relu: true);
            var y = Forward(x);
            return (shortcut is null ? y : y.PlusInPlace(shortcut)).relu_();
        }
    }
}
