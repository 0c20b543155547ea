using System.Buffers.Binary;
using System.IO.Compression;

namespace EvalCore.Video;

/// <summary>
/// Writes an animated PNG (W3C PNG, third edition), which every browser plays. It is used when ffmpeg is not installed.
/// Each frame stores only the rectangle that differs from the frame before.
/// </summary>
internal sealed class ApngEncoder : IVideoEncoder
{
    private static readonly uint[] CrcTable = MakeCrcTable();

    private readonly FileStream _file;
    private readonly UnfinishedVideo _unfinished;
    private readonly int _width;
    private readonly int _height;
    private readonly int _fps;
    private readonly byte[] _previous;
    private readonly byte[] _scanlines;
    private uint _frames;
    private uint _sequence;
    private readonly long _frameCountAt;

    public ApngEncoder(string path, int width, int height, int fps)
    {
        (_width, _height, _fps) = (width, height, fps);
        _previous = new byte[width * height * 3];
        _scanlines = new byte[(width * 3 + 1) * height];
        _unfinished = new UnfinishedVideo(path);
        try
        {
            _file = File.Create(_unfinished.Path);
        }
        catch
        {
            _unfinished.Dispose();
            throw;
        }

        _file.Write([0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A]);

        Span<byte> header = stackalloc byte[13];
        BinaryPrimitives.WriteInt32BigEndian(header, width);
        BinaryPrimitives.WriteInt32BigEndian(header[4..], height);
        (header[8], header[9]) = (8, 2); // 8 bits, RGB
        WriteChunk("IHDR"u8, header);
        _frameCountAt = _file.Position;
        WriteFrameCount();
    }

    public void Add(ReadOnlySpan<byte> frame)
    {
        var (x, y, width, height) = _frames == 0 ? (0, 0, _width, _height) : Difference(frame);
        frame.CopyTo(_previous);

        Span<byte> control = stackalloc byte[26];
        BinaryPrimitives.WriteUInt32BigEndian(control, _sequence++);
        BinaryPrimitives.WriteInt32BigEndian(control[4..], width);
        BinaryPrimitives.WriteInt32BigEndian(control[8..], height);
        BinaryPrimitives.WriteInt32BigEndian(control[12..], x);
        BinaryPrimitives.WriteInt32BigEndian(control[16..], y);
        BinaryPrimitives.WriteUInt16BigEndian(control[20..], 1);
        BinaryPrimitives.WriteUInt16BigEndian(control[22..], (ushort)_fps);
        WriteChunk("fcTL"u8, control);

        // Every scanline begins with the number of its filter: 0, none.
        int stride = width * 3 + 1;
        for (int row = 0; row < height; row++)
        {
            var line = _scanlines.AsSpan(row * stride, stride);
            line[0] = 0;
            frame.Slice(((y + row) * _width + x) * 3, width * 3).CopyTo(line[1..]);
        }

        using var data = new MemoryStream();
        if (_frames > 0)
        {
            Span<byte> sequence = stackalloc byte[4];
            BinaryPrimitives.WriteUInt32BigEndian(sequence, _sequence++);
            data.Write(sequence);
        }

        using (var zlib = new ZLibStream(data, CompressionLevel.Fastest, leaveOpen: true))
            zlib.Write(_scanlines, 0, stride * height);
        WriteChunk(_frames == 0 ? "IDAT"u8 : "fdAT"u8, data.GetBuffer().AsSpan(0, (int)data.Length));
        _frames++;
    }

    public void Finish()
    {
        WriteChunk("IEND"u8, []);
        _file.Position = _frameCountAt;
        WriteFrameCount();
        _file.Dispose();
        _unfinished.Finish();
    }

    public void Dispose()
    {
        try
        {
            _file.Dispose();
        }
        finally
        {
            // On a full disk closing fails too: what is buffered cannot be written.
            _unfinished.Dispose();
        }
    }

    /// <summary>
    /// The smallest rectangle with all differences from the previous frame; one pixel if nothing differs.
    /// </summary>
    private (int X, int Y, int Width, int Height) Difference(ReadOnlySpan<byte> frame)
    {
        int stride = _width * 3;
        int top = 0;
        while (top < _height && Row(frame, top).SequenceEqual(Row(_previous, top)))
            top++;
        if (top == _height)
            return (0, 0, 1, 1);
        int bottom = _height - 1;
        while (Row(frame, bottom).SequenceEqual(Row(_previous, bottom)))
            bottom--;

        int left = stride;
        int right = 0;
        for (int y = top; y <= bottom; y++)
        {
            int same = Row(frame, y).CommonPrefixLength(Row(_previous, y));
            if (same == stride)
                continue;
            left = Math.Min(left, same);
            int last = stride - 1;
            while (Row(frame, y)[last] == Row(_previous, y)[last])
                last--;
            right = Math.Max(right, last);
        }

        return (left / 3, top, right / 3 - left / 3 + 1, bottom - top + 1);

        ReadOnlySpan<byte> Row(ReadOnlySpan<byte> image, int y) => image.Slice(y * stride, stride);
    }

    private void WriteFrameCount()
    {
        Span<byte> animation = stackalloc byte[8];
        BinaryPrimitives.WriteUInt32BigEndian(animation, _frames);
        WriteChunk("acTL"u8, animation); // the second number, 0: loop without end
    }

    private void WriteChunk(ReadOnlySpan<byte> type, ReadOnlySpan<byte> data)
    {
        Span<byte> number = stackalloc byte[4];
        BinaryPrimitives.WriteInt32BigEndian(number, data.Length);
        _file.Write(number);
        _file.Write(type);
        _file.Write(data);
        BinaryPrimitives.WriteUInt32BigEndian(number, ~Crc(Crc(uint.MaxValue, type), data));
        _file.Write(number);
    }

    private static uint Crc(uint crc, ReadOnlySpan<byte> data)
    {
        foreach (byte b in data)
            crc = CrcTable[(crc ^ b) & 0xFF] ^ (crc >> 8);
        return crc;
    }

    private static uint[] MakeCrcTable()
    {
        uint[] table = new uint[256];
        for (uint n = 0; n < 256; n++)
        {
            uint c = n;
            for (int k = 0; k < 8; k++)
                c = (c & 1) != 0 ? 0xEDB88320 ^ (c >> 1) : c >> 1;
            table[n] = c;
        }

        return table;
    }
}
