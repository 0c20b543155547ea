using System.Buffers.Binary;
using System.IO.Compression;

namespace EvalCore.Tests;

/// <summary>Reads PNG images of 8-bit RGB without interlacing.</summary>
internal static class Png
{
    public static byte[] Read(string path)
    {
        ReadOnlySpan<byte> file = File.ReadAllBytes(path);
        file = file[8..];
        (int width, int height) = (0, 0);
        using var compressed = new MemoryStream();
        while (file.Length > 0)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(file);
            var data = file.Slice(8, length);
            if (file.Slice(4, 4).SequenceEqual("IHDR"u8))
            {
                (width, height) = (BinaryPrimitives.ReadInt32BigEndian(data), BinaryPrimitives.ReadInt32BigEndian(data[4..]));
                Assert.Equal([8, 2, 0, 0, 0], data[8..13].ToArray());
            }
            else if (file.Slice(4, 4).SequenceEqual("IDAT"u8))
                compressed.Write(data);
            file = file[(12 + length)..];
        }

        compressed.Position = 0;
        using var lines = new ZLibStream(compressed, CompressionMode.Decompress);
        int stride = 3 * width;
        byte[] image = new byte[stride * height], line = new byte[1 + stride];
        for (int y = 0; y < height; y++)
        {
            lines.ReadExactly(line);
            for (int x = 0; x < stride; x++)
            {
                int left = x >= 3 ? image[y * stride + x - 3] : 0, up = y > 0 ? image[(y - 1) * stride + x] : 0;
                int corner = x >= 3 && y > 0 ? image[(y - 1) * stride + x - 3] : 0;
                int guess = line[0] switch { 0 => 0, 1 => left, 2 => up, 3 => (left + up) / 2, _ => Paeth(left, up, corner) };
                image[y * stride + x] = (byte)(line[1 + x] + guess);
            }
        }

        return image;
    }

    private static int Paeth(int a, int b, int c)
    {
        int p = a + b - c, pa = Math.Abs(p - a), pb = Math.Abs(p - b), pc = Math.Abs(p - c);
        return pa <= pb && pa <= pc ? a : pb <= pc ? b : c;
    }
}
