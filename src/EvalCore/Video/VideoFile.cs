using System.Buffers.Binary;

namespace EvalCore.Video;

/// <summary>
/// Checks whether a video is whole. A machine that lost its power may have kept a file's name and not its content.
/// </summary>
internal static class VideoFile
{
    private static ReadOnlySpan<byte> PngSignature => [0x89, (byte)'P', (byte)'N', (byte)'G', 0x0D, 0x0A, 0x1A, 0x0A];

    /// <summary>
    /// Whether a file is there and its parts, the chunks of a PNG or the boxes of an mp4, end where the file ends.
    /// </summary>
    public static bool IsWhole(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            return path.EndsWith(".png", StringComparison.Ordinal) ? IsWholePng(file) : IsWholeMp4(file);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return false;
        }
    }

    /// <summary>A chunk is its length, its type, its data and a checksum; the last one is IEND.</summary>
    private static bool IsWholePng(FileStream file)
    {
        Span<byte> start = stackalloc byte[8];
        if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length || !start.SequenceEqual(PngSignature))
            return false;
        while (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) == start.Length)
        {
            uint length = BinaryPrimitives.ReadUInt32BigEndian(start);
            file.Seek(length + 4, SeekOrigin.Current);
            if (start[4..].SequenceEqual("IEND"u8))
                return file.Position == file.Length;
        }

        return false;
    }

    /// <summary>A box is its length and its type, then its content; the frames' index is the box moov.</summary>
    private static bool IsWholeMp4(FileStream file)
    {
        Span<byte> start = stackalloc byte[8];
        bool hasIndex = false;
        while (file.Position < file.Length)
        {
            if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
                return false;
            hasIndex |= start[4..].SequenceEqual("moov"u8);
            long length = BinaryPrimitives.ReadUInt32BigEndian(start), header = start.Length;
            if (length == 1)
            {
                // The length follows as 64 bits.
                if (file.ReadAtLeast(start, start.Length, throwOnEndOfStream: false) < start.Length)
                    return false;
                (length, header) = (BinaryPrimitives.ReadInt64BigEndian(start), 16);
            }

            if (length < header || length - header > file.Length - file.Position)
                return false;
            file.Seek(length - header, SeekOrigin.Current);
        }

        return hasIndex;
    }
}
