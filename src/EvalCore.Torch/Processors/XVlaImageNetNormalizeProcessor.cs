using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary><c>xvla_imagenet_normalize</c>: images from 0 to 1 are normalised by the statistics of ImageNet.</summary>
internal sealed class XVlaImageNetNormalizeProcessor : IProcessorStep, IDisposable
{
    public const string Name = "xvla_imagenet_normalize";

    private readonly ProcessorStepContext _context;
    private readonly string[]? _keys;
    private readonly Tensor _mean;
    private readonly Tensor _std;

    public XVlaImageNetNormalizeProcessor(ProcessorStepContext context)
    {
        _context = context;
        _keys = context.Config<Fields>().ImageKeys;
        _mean = Channels(0.485f, 0.456f, 0.406f);
        _std = Channels(0.229f, 0.224f, 0.225f);

        Tensor Channels(params float[] values) => tensor(values).reshape(3, 1, 1).to(context.Device).DetachFromDisposeScope();
    }

    public void Process(Transition transition) => ObservedImages.Change(transition, _keys, (key, image) =>
    {
        double smallest = image.min().to(ScalarType.Float64).item<double>();
        double largest = image.max().to(ScalarType.Float64).item<double>();
        return smallest < 0 || largest > 1
            ? throw _context.Invalid($"'{key}' has numbers from {smallest:g4} to {largest:g4}, but ImageNet's statistics are of images from 0 to 1; where another step normalises images, remove one of the two")
            : image.sub(_mean.to(image.dtype)).div(_std.to(image.dtype));
    });

    public void Dispose()
    {
        _mean.Dispose();
        _std.Dispose();
    }

    private sealed class Fields
    {
        public string[]? ImageKeys { get; set; }
    }
}
