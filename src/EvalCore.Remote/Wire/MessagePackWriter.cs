using System.Buffers.Binary;
using System.Text;

namespace EvalCore.Remote.Wire;

/// <summary>
/// Writes a message into a buffer that it keeps: msgpack as Python's <c>msgpack</c> writes it (each number in its shortest
/// form, each float as float64), with numpy's arrays as a protocol writes them.
/// </summary>
/// <param name="keys">How arrays are written.</param>
internal sealed class MessagePackWriter(ArrayKeys keys)
{
    private byte[] _buffer = new byte[1024];
    private int _length;

    /// <summary>What was written; valid until more is.</summary>
    public ReadOnlyMemory<byte> Written => _buffer.AsMemory(0, _length);

    /// <summary>Begins a new message.</summary>
    public void Clear() => _length = 0;

    /// <summary>Ends the message where an earlier one of that length ended.</summary>
    public void Truncate(int length) => _length = Math.Min(_length, length);

    public void Nil() => Next(1)[0] = 0xC0;

    public void Bool(bool value) => Next(1)[0] = value ? (byte)0xC3 : (byte)0xC2;

    public void Int(long value)
    {
        if (value >= 0)
            UInt((ulong)value);
        else if (value >= -32)
            Next(1)[0] = (byte)(sbyte)value;
        else if (value >= sbyte.MinValue)
            Code(0xD0, 1)[0] = (byte)(sbyte)value;
        else if (value >= short.MinValue)
            BinaryPrimitives.WriteInt16BigEndian(Code(0xD1, 2), (short)value);
        else if (value >= int.MinValue)
            BinaryPrimitives.WriteInt32BigEndian(Code(0xD2, 4), (int)value);
        else
            BinaryPrimitives.WriteInt64BigEndian(Code(0xD3, 8), value);
    }

    public void UInt(ulong value)
    {
        if (value < 0x80)
            Next(1)[0] = (byte)value;
        else if (value <= byte.MaxValue)
            Code(0xCC, 1)[0] = (byte)value;
        else if (value <= ushort.MaxValue)
            BinaryPrimitives.WriteUInt16BigEndian(Code(0xCD, 2), (ushort)value);
        else if (value <= uint.MaxValue)
            BinaryPrimitives.WriteUInt32BigEndian(Code(0xCE, 4), (uint)value);
        else
            BinaryPrimitives.WriteUInt64BigEndian(Code(0xCF, 8), value);
    }

    public void Double(double value) => BinaryPrimitives.WriteDoubleBigEndian(Code(0xCB, 8), value);

    public void Text(string value)
    {
        int length = Encoding.UTF8.GetByteCount(value);
        if (length < 32)
            Next(1)[0] = (byte)(0xA0 | length);
        else if (length <= byte.MaxValue)
            Code(0xD9, 1)[0] = (byte)length;
        else if (length <= ushort.MaxValue)
            BinaryPrimitives.WriteUInt16BigEndian(Code(0xDA, 2), (ushort)length);
        else
            BinaryPrimitives.WriteInt32BigEndian(Code(0xDB, 4), length);
        Encoding.UTF8.GetBytes(value, Next(length));
    }

    public void Bin(ReadOnlySpan<byte> value) => value.CopyTo(Bin(value.Length));

    public void List(int count)
    {
        if (count < 16)
            Next(1)[0] = (byte)(0x90 | count);
        else if (count <= ushort.MaxValue)
            BinaryPrimitives.WriteUInt16BigEndian(Code(0xDC, 2), (ushort)count);
        else
            BinaryPrimitives.WriteInt32BigEndian(Code(0xDD, 4), count);
    }

    public void Map(int count)
    {
        if (count < 16)
            Next(1)[0] = (byte)(0x80 | count);
        else if (count <= ushort.MaxValue)
            BinaryPrimitives.WriteUInt16BigEndian(Code(0xDE, 2), (ushort)count);
        else
            BinaryPrimitives.WriteInt32BigEndian(Code(0xDF, 4), count);
    }

    /// <summary>Writes an array of float64.</summary>
    public void Array(ReadOnlySpan<double> values)
    {
        var data = Array(DType.Float64, [values.Length]);
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteDoubleLittleEndian(data[(8 * i)..], values[i]);
    }

    /// <summary>Writes an array of float32; the numbers are rounded.</summary>
    public void ArrayFloat32(ReadOnlySpan<double> values)
    {
        var data = Array(DType.Float32, [values.Length]);
        for (int i = 0; i < values.Length; i++)
            BinaryPrimitives.WriteSingleLittleEndian(data[(4 * i)..], (float)values[i]);
    }

    /// <summary>Writes an array without its elements.</summary>
    /// <returns>Where the elements' bytes belong; valid until more is written.</returns>
    public Span<byte> Array(DType type, ReadOnlySpan<int> shape)
    {
        int bytes = type.ItemSize;
        foreach (int n in shape)
            bytes = checked(bytes * n);
        Map(4);
        Name("__ndarray__");
        Bool(true);
        Name("data");
        int at = _length + (bytes <= byte.MaxValue ? 2 : bytes <= ushort.MaxValue ? 3 : 5);
        Bin(bytes);
        Name("dtype");
        Text(type.Text);
        Name("shape");
        List(shape.Length);
        foreach (int n in shape)
            Int(n);
        return _buffer.AsSpan(at, bytes);
    }

    /// <summary>Writes a value that was read, or one of the same types.</summary>
    /// <exception cref="ArgumentException">A value is of another type.</exception>
    public void Value(object? value)
    {
        switch (value)
        {
            case null:
                Nil();
                break;
            case bool flag:
                Bool(flag);
                break;
            case int number:
                Int(number);
                break;
            case long number:
                Int(number);
                break;
            case ulong number:
                UInt(number);
                break;
            case double number:
                Double(number);
                break;
            case string text:
                Text(text);
                break;
            case byte[] bytes:
                Bin(bytes);
                break;
            case object?[] items:
                List(items.Length);
                foreach (object? item in items)
                    Value(item);
                break;
            case MessagePackMap map:
                Map(map.Count);
                foreach (var (key, item) in map.Entries)
                {
                    if (key.IsBinary)
                        Bin(Encoding.Latin1.GetBytes(key.Text));
                    else
                        Text(key.Text);
                    Value(item);
                }

                break;
            case NdArray array:
                array.Data.Span.CopyTo(Array(array.Type, [.. array.Shape]));
                break;
            case NumpyScalar scalar when keys == ArrayKeys.Binary:
                Map(3);
                Name("__npgeneric__");
                Bool(true);
                Name("data");
                Value(scalar.Value);
                Name("dtype");
                Text(scalar.Type.Text);
                break;
            case NumpyScalar scalar:
                Value(scalar.Value);
                break;
            default:
                throw new ArgumentException($"A message cannot have a {value.GetType()}.", nameof(value));
        }
    }

    /// <summary>Writes a key of an array's map.</summary>
    private void Name(string name)
    {
        if (keys == ArrayKeys.Binary)
            Encoding.ASCII.GetBytes(name, Bin(name.Length));
        else
            Text(name);
    }

    private Span<byte> Bin(int length)
    {
        if (length <= byte.MaxValue)
            Code(0xC4, 1)[0] = (byte)length;
        else if (length <= ushort.MaxValue)
            BinaryPrimitives.WriteUInt16BigEndian(Code(0xC5, 2), (ushort)length);
        else
            BinaryPrimitives.WriteInt32BigEndian(Code(0xC6, 4), length);
        return Next(length);
    }

    private Span<byte> Code(byte code, int bytes)
    {
        var next = Next(1 + bytes);
        next[0] = code;
        return next[1..];
    }

    private Span<byte> Next(int bytes)
    {
        if (bytes > _buffer.Length - _length)
            System.Array.Resize(ref _buffer, Math.Max(checked(_length + bytes), (int)Math.Min(2L * _buffer.Length, System.Array.MaxLength)));
        var next = _buffer.AsSpan(_length, bytes);
        _length += bytes;
        return next;
    }
}
