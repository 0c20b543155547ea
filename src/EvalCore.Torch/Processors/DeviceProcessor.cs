using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary><c>device_processor</c>: moves tensors to a device, and floating ones to a type if one is given.</summary>
internal sealed class DeviceProcessor(Device device, ScalarType? floatType) : IProcessorStep
{
    /// <summary>The types <c>float_dtype</c> may name.</summary>
    public static IReadOnlyDictionary<string, ScalarType> FloatTypes { get; } = new Dictionary<string, ScalarType>
    {
        ["float16"] = ScalarType.Float16,
        ["half"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
        ["float32"] = ScalarType.Float32,
        ["float"] = ScalarType.Float32,
        ["float64"] = ScalarType.Float64,
        ["double"] = ScalarType.Float64,
    };

    public void Process(Transition transition)
    {
        if (transition.Action is not null)
            transition.Action = Move(transition.Action);
        foreach (var (name, value) in transition.Observation)
        {
            var moved = Move(value);
            if (!ReferenceEquals(moved, value))
                transition.Observation[name] = moved;
        }
    }

    private Tensor Move(Tensor tensor)
    {
        if (tensor.device_type != device.type)
            tensor = tensor.to(device);
        return floatType is { } type && tensor.is_floating_point() && tensor.dtype != type ? tensor.to(type) : tensor;
    }
}
