namespace Safetensors;

/// <summary>The header entry of a tensor in a safetensors file.</summary>
/// <param name="Name">The name of the tensor.</param>
/// <param name="Type">The element type.</param>
/// <param name="Shape">The dimensions, outermost first; empty for a scalar.</param>
/// <param name="Offset">The offset of its data from the start of the file, in bytes.</param>
/// <param name="Bytes">The length of its data, in bytes.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    /// <summary>The number of elements.</summary>
    public long Count => Bytes / Type.Size();

    /// <summary>Type and shape, for example <c>F32 [2, 16]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";
}
