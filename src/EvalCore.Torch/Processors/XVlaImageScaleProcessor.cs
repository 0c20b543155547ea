namespace EvalCore.Torch.Processors;

/// <summary><c>xvla_image_scale</c>: images from 0 to 1 become images from 0 to 255.</summary>
internal sealed class XVlaImageScaleProcessor(ProcessorStepContext context) : IProcessorStep
{
    public const string Name = "xvla_image_scale";

    private readonly string[]? _keys = context.Config<Fields>().ImageKeys;

    public void Process(Transition transition) =>
        ObservedImages.Change(transition, _keys, (_, image) => image.mul(Scalars.Of(255L)));

    private sealed class Fields
    {
        public string[]? ImageKeys { get; set; }
    }
}
