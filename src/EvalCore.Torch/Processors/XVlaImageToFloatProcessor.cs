using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>xvla_image_to_float</c>: images from 0 to 255 become images from 0 to 1; an image without a number above 1 is one already.
/// </summary>
internal sealed class XVlaImageToFloatProcessor(ProcessorStepContext context) : IProcessorStep
{
    public const string Name = "xvla_image_to_float";

    private readonly Fields _fields = context.Config<Fields>();

    public void Process(Transition transition) => ObservedImages.Change(transition, _fields.ImageKeys, (key, image) =>
    {
        var floats = image.is_floating_point() ? image : image.to(ScalarType.Float32);
        double largest = floats.max().to(ScalarType.Float64).item<double>();
        if (largest <= 1)
            return floats.to(ScalarType.Float32);
        double smallest = floats.min().to(ScalarType.Float64).item<double>();
        return _fields.ValidateRange && (smallest < 0 || largest > 255)
            ? throw context.Invalid($"'{key}' has numbers from {smallest:g4} to {largest:g4}; an image is from 0 to 255, or from 0 to 1")
            : floats.to(ScalarType.Float32).div(Scalars.Of(255f));
    });

    private sealed class Fields
    {
        public string[]? ImageKeys { get; set; }

        public bool ValidateRange { get; set; } = true;
    }
}
