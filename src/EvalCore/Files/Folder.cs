using System.Runtime.InteropServices;
using System.Text;

namespace EvalCore.Files;

/// <summary>
/// The two operations on folders that .NET lacks. They are functions of the C library; where it has none, on Windows,
/// <see cref="Flush"/> does nothing and <see cref="TryCreate"/> is not exclusive.
/// </summary>
internal static unsafe class Folder
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY, Linux.
    private const int AllButOwnersMask = 0x1FF; // 0777, reduced by the process's umask.

    private static readonly nint CLibrary =
        OperatingSystem.IsLinux() && NativeLibrary.TryLoad("libc.so.6", out nint library) ? library : 0;

    private static readonly delegate* unmanaged<byte*, uint, int> MakeDirectory =
        (delegate* unmanaged<byte*, uint, int>)Function("mkdir");

    private static readonly delegate* unmanaged<byte*, int, int> Open = (delegate* unmanaged<byte*, int, int>)Function("open");
    private static readonly delegate* unmanaged<int, int> Sync = (delegate* unmanaged<int, int>)Function("fsync");
    private static readonly delegate* unmanaged<int, int> Close = (delegate* unmanaged<int, int>)Function("close");

    /// <summary>
    /// Creates a folder and the folders above it. False when the folder exists: of several processes that create the same
    /// folder at once, exactly one gets true.
    /// </summary>
    /// <exception cref="IOException">The folder cannot be created.</exception>
    public static bool TryCreate(string path)
    {
        if (Path.Exists(path))
            return false;
        if (Path.GetDirectoryName(Path.GetFullPath(path)) is { } above)
            Directory.CreateDirectory(above);
        if (MakeDirectory != null)
        {
            fixed (byte* name = Name(path))
            {
                if (MakeDirectory(name, AllButOwnersMask) == 0)
                    return true;
            }

            if (Path.Exists(path))
                return false;
        }

        // Gives the reason when it fails.
        Directory.CreateDirectory(path);
        return true;
    }

    /// <summary>
    /// Checks that files can be made in a folder, before work that takes long. Where the folder is missing, which is not made, the first
    /// one above it that is there is checked.
    /// </summary>
    /// <exception cref="IOException">A file is in its place, or no file can be made there.</exception>
    /// <exception cref="UnauthorizedAccessException">No file can be made there.</exception>
    public static void CheckWritable(string path)
    {
        string folder = Path.GetFullPath(path);
        while (!Directory.Exists(folder))
        {
            if (Path.Exists(folder) || Path.GetDirectoryName(folder) is not { } above)
                throw new IOException($"{folder} is not a folder");
            folder = above;
        }

        using var probe = new FileStream(Path.Combine(folder, Path.GetRandomFileName()), FileMode.CreateNew, FileAccess.Write, FileShare.None, 1, FileOptions.DeleteOnClose);
    }

    /// <summary>
    /// Writes a folder's entries to the disk, so that a file created in it or moved into it is there after a power failure.
    /// File systems that cannot do so are left as they are.
    /// </summary>
    public static void Flush(string path)
    {
        if (Open == null || Sync == null || Close == null)
            return;
        fixed (byte* name = Name(path.Length == 0 ? "." : path))
        {
            int descriptor = Open(name, ReadOnlyDirectory);
            if (descriptor < 0)
                return;
            _ = Sync(descriptor);
            _ = Close(descriptor);
        }
    }

    private static nint Function(string name) =>
        CLibrary != 0 && NativeLibrary.TryGetExport(CLibrary, name, out nint function) ? function : 0;

    private static byte[] Name(string path) => Encoding.UTF8.GetBytes(path + "\0");
}
