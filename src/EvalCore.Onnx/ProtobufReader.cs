using System.Text;

namespace EvalCore.Onnx;

/// <summary>
/// Reads the fields of protobuf messages from a file, one after the other. What nobody asks for is skipped without being read,
/// for example the weights.
/// </summary>
/// <param name="stream">The file; must be seekable.</param>
internal sealed class ProtobufReader(Stream stream)
{
    /// <summary>A name or a version is never longer.</summary>
    private const int LongestText = 1 << 16;

    private int _wireType;

    /// <summary>The next field of a message.</summary>
    /// <param name="end">Where the message ends.</param>
    /// <param name="field">The field's number.</param>
    /// <returns>False at the end of the message.</returns>
    /// <exception cref="InvalidDataException">The bytes are not a message.</exception>
    public bool Next(long end, out int field)
    {
        field = 0;
        if (stream.Position >= end)
            return stream.Position == end ? false : throw new InvalidDataException("a field is longer than its message");
        ulong tag = Varint();
        if (tag >> 3 is 0 or > int.MaxValue)
            throw new InvalidDataException("a field has no number");
        (field, _wireType) = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    /// <summary>The value of the present field, a whole number.</summary>
    /// <exception cref="InvalidDataException">It is something else.</exception>
    public long Whole() => _wireType == 0 ? (long)Varint() : throw new InvalidDataException("a number is expected");

    /// <summary>Enters the present field, a message.</summary>
    /// <param name="end">Where the message around it ends.</param>
    /// <returns>Where it ends.</returns>
    /// <exception cref="InvalidDataException">It is something else, or does not fit.</exception>
    public long Enter(long end)
    {
        if (_wireType != 2)
            throw new InvalidDataException("a message is expected");
        ulong length = Varint();
        return length <= (ulong)(end - stream.Position) ? stream.Position + (long)length : throw new InvalidDataException("a field is longer than its message");
    }

    /// <summary>The value of the present field, a string.</summary>
    /// <param name="end">Where the message ends.</param>
    /// <exception cref="InvalidDataException">It is something else, or does not fit.</exception>
    public string Text(long end)
    {
        long length = Enter(end) - stream.Position;
        if (length > LongestText)
            throw new InvalidDataException("a name is too long");
        byte[] bytes = new byte[length];
        stream.ReadExactly(bytes);
        return Encoding.UTF8.GetString(bytes);
    }

    /// <summary>Goes past the present field.</summary>
    /// <param name="end">Where the message ends.</param>
    /// <exception cref="InvalidDataException">It does not fit.</exception>
    public void Skip(long end)
    {
        switch (_wireType)
        {
            case 0:
                Varint();
                return;
            case 1 or 5:
                stream.Position += _wireType == 1 ? 8 : 4;
                return;
            case 2:
                stream.Position = Enter(end);
                return;
            default:
                throw new InvalidDataException("a field has an unknown type");
        }
    }

    private ulong Varint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 70; shift += 7)
        {
            int next = stream.ReadByte();
            if (next < 0)
                throw new InvalidDataException("the file ends early");
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
                return value;
        }

        throw new InvalidDataException("a number is too long");
    }
}
