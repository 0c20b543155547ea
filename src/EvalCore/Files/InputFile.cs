using System.Runtime.InteropServices;
using System.Text;

namespace EvalCore.Files;

/// <summary>
/// Opens files that people name. Opening a named pipe waits until another program writes to it, perhaps for ever, so what is
/// not a regular file is refused.
/// </summary>
public static unsafe class InputFile
{
    private const int CurrentFolder = -100; // AT_FDCWD, Linux.
    private const uint Type = 1; // STATX_TYPE
    private const int ModeOffset = 28; // stx_mode in struct statx, which is the same on every processor.
    private const int TypeMask = 0xF000;
    private const int Regular = 0x8000;
    private const int Pipe = 0x1000;

    private static readonly delegate* unmanaged<int, byte*, int, uint, byte*, int> Status = Function();

    /// <summary>Opens a file to read it.</summary>
    /// <param name="path">The file. A pipe of the shell, <c>/dev/stdin</c> or <c>/dev/fd/63</c>, has its writer and is opened.</param>
    /// <param name="share">What others may do with the file meanwhile.</param>
    /// <exception cref="IOException">It cannot be opened, or is no regular file.</exception>
    public static FileStream Open(string path, FileShare share = FileShare.Read) =>
        Refusal(path) is { } reason ? throw new IOException(reason) : new FileStream(path, FileMode.Open, FileAccess.Read, share);

    /// <summary>Why a path is not opened, as the end of a sentence; null where it is a regular file, or is not there.</summary>
    private static string? Refusal(string path) =>
        path.StartsWith("/dev/", StringComparison.Ordinal) || path.StartsWith("/proc/", StringComparison.Ordinal) ? null : OtherKind(path);

    /// <summary>What is at a path, as the end of a sentence; null where it is a regular file or a link to one, or nothing.</summary>
    internal static string? OtherKind(string path)
    {
        if (Status == null)
            return null;
        byte* status = stackalloc byte[256];
        fixed (byte* name = Encoding.UTF8.GetBytes(path + "\0"))
        {
            if (Status(CurrentFolder, name, 0, Type, status) != 0)
                return null;
        }

        return (*(ushort*)(status + ModeOffset) & TypeMask) switch
        {
            Regular => null,
            Pipe => "it is a named pipe; name a regular file",
            _ => "it is not a regular file",
        };
    }

    private static delegate* unmanaged<int, byte*, int, uint, byte*, int> Function() =>
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) && NativeLibrary.TryGetExport(library, "statx", out nint function)
            ? (delegate* unmanaged<int, byte*, int, uint, byte*, int>)function
            : null;
}
