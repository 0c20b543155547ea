using System.Buffers.Binary;

namespace EvalCore.Remote.Wire;

/// <summary>One of numpy's arrays: its elements in C order, in the byte order of its type.</summary>
internal sealed class NdArray
{
    /// <summary>The most dimensions of an array, as in numpy.</summary>
    private const int MaxDimensions = 32;

    /// <summary>Makes an array.</summary>
    /// <param name="type">The type of its elements.</param>
    /// <param name="shape">The shape; empty for an array without dimensions, which has one element.</param>
    /// <param name="data">The bytes; what is beyond the shape's elements is ignored, as in numpy.</param>
    /// <exception cref="WireException">The shape is not possible, or there are too few bytes.</exception>
    public NdArray(DType type, IReadOnlyList<int> shape, ReadOnlyMemory<byte> data)
    {
        if (shape.Count > MaxDimensions)
            throw new WireException($"an array with {shape.Count} dimensions");
        long bytes = type.ItemSize;
        if (shape.Contains(0))
            bytes = 0;
        foreach (int n in shape)
        {
            if (n < 0)
                throw new WireException("an array with a negative dimension");
            bytes = Math.Min(bytes * n, int.MaxValue + 1L);
        }

        if (bytes > data.Length)
            throw new WireException($"an array of shape {Describe(shape)} and type {type} with only {data.Length} bytes");
        (Type, Shape, Data) = (type, shape, data[..(int)bytes]);
    }

    /// <summary>The type of the elements.</summary>
    public DType Type { get; }

    /// <summary>The shape.</summary>
    public IReadOnlyList<int> Shape { get; }

    /// <summary>The elements' bytes.</summary>
    public ReadOnlyMemory<byte> Data { get; }

    /// <summary>The number of elements.</summary>
    public int Length => Data.Length / Type.ItemSize;

    /// <summary>A shape as Python writes it: <c>(10, 7)</c>.</summary>
    public static string Describe(IReadOnlyList<int> shape) => shape.Count == 1 ? $"({shape[0]},)" : $"({string.Join(", ", shape)})";

    /// <summary>The elements as numbers; integers beyond 2^53 are rounded.</summary>
    /// <exception cref="WireException">The elements are no numbers.</exception>
    public double[] ToDoubles()
    {
        if (!Type.IsNumber)
            throw new WireException($"an array of type '{Type}' in place of numbers");
        double[] values = new double[Length];
        var data = Data.Span;
        Span<byte> item = stackalloc byte[8];
        item = item[..Type.ItemSize];
        for (int i = 0; i < values.Length; i++)
        {
            data.Slice(i * Type.ItemSize, Type.ItemSize).CopyTo(item);
            if (Type.IsBigEndian)
                item.Reverse();
            values[i] = (Type.Kind, Type.ItemSize) switch
            {
                ('f', 8) => BinaryPrimitives.ReadDoubleLittleEndian(item),
                ('f', 4) => BinaryPrimitives.ReadSingleLittleEndian(item),
                ('f', 2) => (double)BinaryPrimitives.ReadHalfLittleEndian(item),
                ('i', 1) => (sbyte)item[0],
                ('i', 2) => BinaryPrimitives.ReadInt16LittleEndian(item),
                ('i', 4) => BinaryPrimitives.ReadInt32LittleEndian(item),
                ('i', 8) => BinaryPrimitives.ReadInt64LittleEndian(item),
                ('u', 1) => item[0],
                ('u', 2) => BinaryPrimitives.ReadUInt16LittleEndian(item),
                ('u', 4) => BinaryPrimitives.ReadUInt32LittleEndian(item),
                ('u', 8) => BinaryPrimitives.ReadUInt64LittleEndian(item),
                _ => item[0] == 0 ? 0 : 1,
            };
        }

        return values;
    }
}
