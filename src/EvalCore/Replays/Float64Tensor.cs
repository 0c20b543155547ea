using Safetensors;

namespace EvalCore.Replays;

/// <summary>Reads F32 and F64 tensors as float64; F32 is widened exactly.</summary>
internal static class Float64Tensor
{
    /// <summary>Reads a tensor; null when it has another element type.</summary>
    public static double[]? Read(SafetensorsFile file, TensorEntry entry) => entry.Type switch
    {
        TensorType.F64 => file.Read<double>(entry.Name),
        TensorType.F32 => Array.ConvertAll(file.Read<float>(entry.Name), value => (double)value),
        _ => null,
    };
}
