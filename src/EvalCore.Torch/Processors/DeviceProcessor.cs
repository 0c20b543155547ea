using EvalCore.Policies;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary><c>device_processor</c>: moves tensors to a device, and floating ones to a type if one is given.</summary>
internal sealed class DeviceProcessor : IProcessorStep
{
    public const string Name = "device_processor";

    private static readonly Dictionary<string, ScalarType> FloatTypes = new()
    {
        ["float16"] = ScalarType.Float16,
        ["half"] = ScalarType.Float16,
        ["bfloat16"] = ScalarType.BFloat16,
        ["float32"] = ScalarType.Float32,
        ["float"] = ScalarType.Float32,
        ["float64"] = ScalarType.Float64,
        ["double"] = ScalarType.Float64,
    };

    private readonly Device _device;
    private readonly ScalarType? _floatType;

    public DeviceProcessor(ProcessorStepContext context)
    {
        var fields = context.Config<Fields>();

        // A file may name a device of the machine that trained the policy: but for the CPU, it stands for the policy's own.
        _device = fields.Device == DeviceName.Cpu.ToString() ? CPU : context.Device;
        FloatType = fields.FloatDtype;
        if (fields.FloatDtype is { } name)
        {
            _floatType = FloatTypes.TryGetValue(name, out var type)
                ? type
                : throw context.Invalid($"float_dtype '{name}' is unknown; known are {string.Join(", ", FloatTypes.Keys)}");
        }
    }

    /// <summary>The type that floating tensors take, by the name in the file; null: they keep theirs.</summary>
    public string? FloatType { get; }

    public void Process(Transition transition)
    {
        if (transition.Action is not null)
            transition.Action = Move(transition.Action);
        Move(transition.Observation);
        Move(transition.ComplementaryData);
    }

    private void Move(Dictionary<string, Tensor> tensors)
    {
        foreach (var (name, value) in tensors)
        {
            var moved = Move(value);
            if (!ReferenceEquals(moved, value))
                tensors[name] = moved;
        }
    }

    private Tensor Move(Tensor tensor)
    {
        if (tensor.device_type != _device.type)
            tensor = tensor.to(_device);
        return _floatType is { } type && tensor.is_floating_point() && tensor.dtype != type ? tensor.to(type) : tensor;
    }

    private sealed class Fields
    {
        public string? Device { get; set; }

        public string? FloatDtype { get; set; }
    }
}
