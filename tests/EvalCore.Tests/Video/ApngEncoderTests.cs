using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;
using EvalCore.Video;

namespace EvalCore.Tests.Video;

public sealed class ApngEncoderTests : IDisposable
{
    private const int Width = 20;
    private const int Height = 12;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Every_frame_is_read_back_unchanged()
    {
        byte[][] frames = [Frame(0), Frame(1), Frame(1), Frame(7), Frame(0)];
        string path = Path.Combine(_folder, "video.png");
        using (var encoder = new ApngEncoder(path, Width, Height, fps: 10))
        {
            foreach (byte[] frame in frames)
                encoder.Add(frame);
            encoder.Finish();
        }

        Assert.Equal(frames, Read(path));
    }

    [Fact]
    public void An_unfinished_video_leaves_no_file()
    {
        using (var encoder = new ApngEncoder(Path.Combine(_folder, "video.png"), Width, Height, fps: 10))
            encoder.Add(Frame(0));
        Assert.Empty(Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void Two_that_write_the_same_video_do_not_disturb_each_other()
    {
        string path = Path.Combine(_folder, "video.png");
        using (var first = new ApngEncoder(path, Width, Height, fps: 10))
        {
            first.Add(Frame(0));
            using (var second = new ApngEncoder(path, Width, Height, fps: 10))
            {
                second.Add(Frame(1));
                using (var given = new ApngEncoder(path, Width, Height, fps: 10))
                    given.Add(Frame(2));
                second.Finish();
            }

            Assert.Equal([Frame(1)], Read(path));
            first.Add(Frame(3));
            first.Finish();
        }

        Assert.Equal([Frame(0), Frame(3)], Read(path));
        Assert.Equal([path], Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_file_that_a_killed_process_left_is_overwritten()
    {
        string path = Path.Combine(_folder, "video.png");
        File.WriteAllText(path + ".part", "half");
        File.WriteAllText(path + ".part.lock", "");
        using (var encoder = new ApngEncoder(path, Width, Height, fps: 10))
        {
            encoder.Add(Frame(0));
            encoder.Finish();
        }

        Assert.Equal([Frame(0)], Read(path));
        Assert.Equal([path], Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void A_full_disk_leaves_no_file()
    {
        Assert.SkipUnless(File.Exists("/dev/full"), "this machine has no /dev/full");
        string path = Path.Combine(_folder, "video.png");
        File.CreateSymbolicLink(path + ".part", "/dev/full");
        var encoder = new ApngEncoder(path, Width, Height, fps: 10);
        encoder.Add(Frame(0));
        Assert.ThrowsAny<IOException>(encoder.Finish);
        Assert.ThrowsAny<IOException>(encoder.Dispose);
        Assert.Empty(Directory.EnumerateFileSystemEntries(_folder));
    }

    /// <summary>A square that moves over a gradient.</summary>
    private static byte[] Frame(int at)
    {
        byte[] frame = new byte[Width * Height * 3];
        for (int i = 0; i < frame.Length; i++)
            frame[i] = (byte)(i * 7);
        for (int y = at; y < at + 3; y++)
            frame.AsSpan((y * Width + 2 * at) * 3, 9).Fill(255);
        return frame;
    }

    /// <summary>
    /// Reads the subset of animated PNG that this encoder writes: checksums, frame areas, no filters.
    /// </summary>
    private static List<byte[]> Read(string path)
    {
        byte[] file = File.ReadAllBytes(path);
        Assert.Equal("\x89PNG\r\n\x1a\n", Encoding.Latin1.GetString(file, 0, 8));
        var frames = new List<byte[]>();
        byte[] canvas = new byte[Width * Height * 3];
        (int Width, int Height, int X, int Y) area = default;
        uint expectedFrames = 0;
        uint sequence = 0;
        for (int at = 8; at < file.Length;)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file.AsSpan(at));
            string type = Encoding.ASCII.GetString(file, at + 4, 4);
            var data = file.AsSpan(at + 8, length);
            Assert.Equal(Crc(file.AsSpan(at + 4, length + 4)), BinaryPrimitives.ReadUInt32BigEndian(file.AsSpan(at + 8 + length)));
            at += 12 + length;
            if (type == "acTL")
                expectedFrames = BinaryPrimitives.ReadUInt32BigEndian(data);
            if (type is "fcTL" or "fdAT")
                Assert.Equal(sequence++, BinaryPrimitives.ReadUInt32BigEndian(data));
            if (type == "fcTL")
            {
                area = (Number(data, 4), Number(data, 8), Number(data, 12), Number(data, 16));
                Assert.Equal(1.0 / 10, BinaryPrimitives.ReadUInt16BigEndian(data[20..]) / (double)BinaryPrimitives.ReadUInt16BigEndian(data[22..]));
            }

            if (type is "IDAT" or "fdAT")
            {
                using var zlib = new ZLibStream(new MemoryStream(data[(type == "IDAT" ? 0 : 4)..].ToArray()), CompressionMode.Decompress);
                byte[] line = new byte[area.Width * 3 + 1];
                for (int y = 0; y < area.Height; y++)
                {
                    zlib.ReadExactly(line);
                    Assert.Equal(0, line[0]);
                    line.AsSpan(1).CopyTo(canvas.AsSpan(((area.Y + y) * Width + area.X) * 3));
                }

                Assert.Equal(-1, zlib.ReadByte());
                frames.Add((byte[])canvas.Clone());
            }
        }

        Assert.Equal(expectedFrames, (uint)frames.Count);
        return frames;
    }

    private static int Number(ReadOnlySpan<byte> data, int at) => BinaryPrimitives.ReadInt32BigEndian(data[at..]);

    private static uint Crc(ReadOnlySpan<byte> data)
    {
        uint crc = uint.MaxValue;
        foreach (byte b in data)
        {
            crc ^= b;
            for (int k = 0; k < 8; k++)
                crc = (crc >> 1) ^ (0xEDB88320 & (uint)-(int)(crc & 1));
        }

        return ~crc;
    }
}
