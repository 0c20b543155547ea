namespace Safetensors;

/// <summary>Sizes of the element types, and the .NET types they correspond to.</summary>
public static class TensorTypes
{
    /// <summary>Bytes per element.</summary>
    public static int Size(this TensorType type) => type switch
    {
        TensorType.BOOL or TensorType.U8 or TensorType.I8 => 1,
        TensorType.I16 or TensorType.U16 or TensorType.F16 or TensorType.BF16 => 2,
        TensorType.I32 or TensorType.U32 or TensorType.F32 => 4,
        TensorType.F64 or TensorType.I64 or TensorType.U64 => 8,
        _ => throw new ArgumentOutOfRangeException(nameof(type), type, null),
    };

    /// <summary>The element type of a .NET type. A <c>bool</c> is one byte in both.</summary>
    internal static TensorType Of<T>() where T : unmanaged => default(T) switch
    {
        bool => TensorType.BOOL,
        byte => TensorType.U8,
        sbyte => TensorType.I8,
        short => TensorType.I16,
        ushort => TensorType.U16,
        Half => TensorType.F16,
        int => TensorType.I32,
        uint => TensorType.U32,
        float => TensorType.F32,
        double => TensorType.F64,
        long => TensorType.I64,
        ulong => TensorType.U64,
        _ => throw new NotSupportedException($"the safetensors format has no element type for {typeof(T).Name}"),
    };
}
