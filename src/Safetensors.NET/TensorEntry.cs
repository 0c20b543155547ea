namespace Safetensors;

/// <summary>A tensor of a safetensors file, without its data.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its element type.</param>
/// <param name="Shape">Its dimensions, outermost first; empty for a scalar.</param>
/// <param name="Offset">Where its data begin in the file, in bytes.</param>
/// <param name="Bytes">The length of its data.</param>
public sealed record TensorEntry(string Name, TensorType Type, IReadOnlyList<long> Shape, long Offset, long Bytes)
{
    /// <summary>The number of elements.</summary>
    public long Count => Bytes / Type.Size();

    /// <summary>Type and shape as a reader of the field writes them: <c>F32 [2, 16]</c>.</summary>
    public override string ToString() => $"{Type} [{string.Join(", ", Shape)}]";
}
