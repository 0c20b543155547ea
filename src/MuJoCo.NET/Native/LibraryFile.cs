using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>A file with a native library.</summary>
internal static class LibraryFile
{
    /// <summary>
    /// Loads a library if it is a whole file: the loader maps a truncated one too, and the process ends where it is touched.
    /// </summary>
    public static bool TryLoad(string file, out nint handle)
    {
        handle = 0;
        return !(Path.IsPathRooted(file) && IsTruncated(file)) && NativeLibrary.TryLoad(file, out handle);
    }

    /// <summary>
    /// Whether the section headers, the last part of an ELF file, are beyond the file's end. A file that is missing or not
    /// ELF is left to the loader.
    /// </summary>
    private static bool IsTruncated(string file)
    {
        try
        {
            using var stream = File.OpenRead(file);
            Span<byte> header = stackalloc byte[64];
            if (stream.ReadAtLeast(header, header.Length, throwOnEndOfStream: false) < header.Length)
                return true;
            // Elf64_Ehdr: e_shoff at 40, e_shentsize at 58, e_shnum at 60.
            return header.StartsWith("\u007fELF"u8)
                && BinaryPrimitives.ReadUInt64LittleEndian(header[40..])
                    + ((ulong)BinaryPrimitives.ReadUInt16LittleEndian(header[58..]) * BinaryPrimitives.ReadUInt16LittleEndian(header[60..]))
                > (ulong)stream.Length;
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return false;
        }
    }
}
