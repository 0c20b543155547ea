using System.Buffers.Binary;
using System.Text;

namespace EvalCore.Remote.Wire;

/// <summary>
/// Reads a message: one msgpack value, with numpy's arrays and scalars as a protocol writes them. It reads what Python's
/// <c>msgpack</c> with the peers' hooks reads, and refuses what they refuse: keys that are neither str nor bin, bytes after the
/// value, extension types. Whatever the bytes are, nothing is allocated that is much larger than the message.
/// </summary>
internal ref struct MessagePackReader
{
    private const int MaxDepth = 64;

    /// <summary>The most values of a message. An answer has a few; each takes memory besides its bytes.</summary>
    private const int MaxValues = 1 << 22;

    private static readonly UTF8Encoding Utf8 = new(encoderShouldEmitUTF8Identifier: false, throwOnInvalidBytes: true);

    private readonly ReadOnlyMemory<byte> _message;
    private readonly ReadOnlySpan<byte> _span;
    private readonly ArrayKeys _keys;
    private int _at;
    private int _values;

    private MessagePackReader(ReadOnlyMemory<byte> message, ArrayKeys keys)
    {
        (_message, _keys) = (message, keys);
        _span = message.Span;
    }

    /// <summary>Reads a message. Arrays share its memory.</summary>
    /// <returns>A value as <see cref="MessagePackMap.Entries"/> has them.</returns>
    /// <exception cref="WireException">It is not one whole msgpack value, or has something that does not travel.</exception>
    public static object? Read(ReadOnlyMemory<byte> message, ArrayKeys keys)
    {
        var reader = new MessagePackReader(message, keys);
        object? value = reader.Value(0);
        return reader._at == message.Length ? value : throw new WireException($"{message.Length - reader._at} bytes after its end");
    }

    private object? Value(int depth)
    {
        if (depth > MaxDepth)
            throw new WireException($"more than {MaxDepth} levels");
        if (++_values > MaxValues)
            throw new WireException($"more than {MaxValues} values");
        byte code = Bytes(1)[0];
        return code switch
        {
            <= 0x7F => (long)code,
            <= 0x8F => Map(code & 0x0F, depth),
            <= 0x9F => List(code & 0x0F, depth),
            <= 0xBF => Text(code & 0x1F),
            0xC0 => null,
            0xC2 => false,
            0xC3 => true,
            0xC4 => Bytes(Length(1)).ToArray(),
            0xC5 => Bytes(Length(2)).ToArray(),
            0xC6 => Bytes(Length(4)).ToArray(),
            0xCA => (double)BinaryPrimitives.ReadSingleBigEndian(Bytes(4)),
            0xCB => BinaryPrimitives.ReadDoubleBigEndian(Bytes(8)),
            0xCC => (long)Bytes(1)[0],
            0xCD => (long)BinaryPrimitives.ReadUInt16BigEndian(Bytes(2)),
            0xCE => (long)BinaryPrimitives.ReadUInt32BigEndian(Bytes(4)),
            0xCF => BinaryPrimitives.ReadUInt64BigEndian(Bytes(8)) is var large && large <= long.MaxValue ? (long)large : large,
            0xD0 => (long)(sbyte)Bytes(1)[0],
            0xD1 => (long)BinaryPrimitives.ReadInt16BigEndian(Bytes(2)),
            0xD2 => (long)BinaryPrimitives.ReadInt32BigEndian(Bytes(4)),
            0xD3 => BinaryPrimitives.ReadInt64BigEndian(Bytes(8)),
            0xD9 => Text(Length(1)),
            0xDA => Text(Length(2)),
            0xDB => Text(Length(4)),
            0xDC => List(Length(2), depth),
            0xDD => List(Length(4), depth),
            0xDE => Map(Length(2), depth),
            0xDF => Map(Length(4), depth),
            >= 0xE0 => (long)(sbyte)code,
            _ => throw new WireException($"the byte 0x{code:x2} in place of a value"),
        };
    }

    private int Length(int bytes)
    {
        var number = Bytes(bytes);
        uint length = bytes switch
        {
            1 => number[0],
            2 => BinaryPrimitives.ReadUInt16BigEndian(number),
            _ => BinaryPrimitives.ReadUInt32BigEndian(number),
        };
        return length <= (uint)(_span.Length - _at) ? (int)length : throw CutOff();
    }

    private ReadOnlySpan<byte> Bytes(int count)
    {
        if (count > _span.Length - _at)
            throw CutOff();
        var bytes = _span.Slice(_at, count);
        _at += count;
        return bytes;
    }

    private static WireException CutOff() => new("less than its lengths say");

    private string Text(int length)
    {
        try
        {
            return Utf8.GetString(Bytes(length));
        }
        catch (ArgumentException)
        {
            throw new WireException("a string that is not UTF-8");
        }
    }

    private object?[] List(int count, int depth)
    {
        Expect(count, each: 1);
        object?[] items = new object?[count];
        for (int i = 0; i < count; i++)
            items[i] = Value(depth + 1);
        return items;
    }

    private object Map(int count, int depth)
    {
        Expect(count, each: 2);
        var map = new MessagePackMap();
        ReadOnlyMemory<byte>? data = null;
        for (int i = 0; i < count; i++)
        {
            var key = Key();

            // The bytes of an array are not copied.
            if (key.Text == "data" && key.IsBinary == (_keys == ArrayKeys.Binary) && Bin() is { } bin)
            {
                data = bin;
                map.Entries.Add(new(key, bin));
                continue;
            }

            map.Entries.Add(new(key, Value(depth + 1)));
        }

        object meant = Meant(map);
        if (ReferenceEquals(meant, map) && data is not null)
        {
            for (int i = 0; i < map.Entries.Count; i++)
            {
                if (map.Entries[i].Value is ReadOnlyMemory<byte> bytes)
                    map.Entries[i] = new(map.Entries[i].Key, bytes.ToArray());
            }
        }

        return meant;
    }

    /// <summary>Refuses a number of values that the rest of the message cannot have, before anything is allocated.</summary>
    private readonly void Expect(int count, int each)
    {
        if ((long)count * each > _span.Length - _at)
            throw CutOff();
        if (_values + (long)count > MaxValues)
            throw new WireException($"more than {MaxValues} values");
    }

    private MapKey Key()
    {
        byte code = Bytes(1)[0];
        return code switch
        {
            >= 0xA0 and <= 0xBF => new MapKey(Text(code & 0x1F), false),
            0xD9 => new MapKey(Text(Length(1)), false),
            0xDA => new MapKey(Text(Length(2)), false),
            0xDB => new MapKey(Text(Length(4)), false),
            0xC4 => new MapKey(Encoding.Latin1.GetString(Bytes(Length(1))), true),
            0xC5 => new MapKey(Encoding.Latin1.GetString(Bytes(Length(2))), true),
            0xC6 => new MapKey(Encoding.Latin1.GetString(Bytes(Length(4))), true),
            _ => throw new WireException("a map with a key that is no string"),
        };
    }

    /// <summary>The bytes of a bin that comes next; null where something else does.</summary>
    private ReadOnlyMemory<byte>? Bin()
    {
        int size = _at < _span.Length ? _span[_at] switch { 0xC4 => 1, 0xC5 => 2, 0xC6 => 4, _ => 0 } : 0;
        if (size == 0)
            return null;
        _values++;
        _at++;
        int length = Length(size);
        var bytes = _message.Slice(_at, length);
        _at += length;
        return bytes;
    }

    /// <summary>What a map stands for: an array, a scalar, or the map itself.</summary>
    private readonly object Meant(MessagePackMap map)
    {
        bool binary = _keys == ArrayKeys.Binary;
        if (map.Has("__ndarray__", binary))
            return Array(map, binary, numbersOnly: !binary);
        if (binary && map.Has("__npgeneric__", binary))
            return Scalar(map);
        return !binary && map["__image__"] is true && map["format"] is "raw" ? Array(map, isBinary: false, numbersOnly: true) : map;
    }

    private static NdArray Array(MessagePackMap map, bool isBinary, bool numbersOnly)
    {
        var type = DType.Parse(TypeText(map, isBinary));
        if (numbersOnly && !type.IsNumber)
            throw new WireException($"an array of type '{type}', which cannot be read");
        if (map.Find("data", isBinary) is not ReadOnlyMemory<byte> data || map.Find("shape", isBinary) is not object?[] shape)
            throw new WireException("an array without its data or its shape");
        return new NdArray(type, [.. shape.Select(Dimension)], data);
    }

    private static int Dimension(object? n) => n is long and >= 0 and <= int.MaxValue ? (int)(long)n : throw new WireException("an array with a dimension that is not possible");

    private static string TypeText(MessagePackMap map, bool isBinary) => map.Find("dtype", isBinary) switch
    {
        string text => text,
        byte[] bytes => Encoding.Latin1.GetString(bytes),
        _ => throw new WireException("an array without its type"),
    };

    private static NumpyScalar Scalar(MessagePackMap map)
    {
        var type = DType.Parse(TypeText(map, isBinary: true));
        object? value = map.Find("data", isBinary: true);
        return new NumpyScalar(type, (type.Kind, value) switch
        {
            ('b', bool) => value,
            ('i' or 'u', long or ulong) => value,
            ('f', double number) => Rounded(type, number),
            ('f', long number) => Rounded(type, number),
            ('U', string) => value,
            _ => throw new WireException($"a scalar of type '{type}' with another value"),
        });
    }

    private static double Rounded(DType type, double number) => type.ItemSize switch { 2 => (double)(Half)number, 4 => (float)number, _ => number };
}
