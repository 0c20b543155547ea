using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;

namespace EvalCore.Isolation;

/// <summary>
/// Memory that two processes share: a file in memory, mapped by both. The second process deletes the file as soon as it has mapped
/// it, so that nothing is left when both end, however they end.
/// </summary>
internal sealed unsafe class SharedMemory : IDisposable
{
    private const string Memory = "/dev/shm";

    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private readonly byte* _start;
    private bool _disposed;

    private SharedMemory(MemoryMappedFile file, int bytes)
    {
        (_file, Bytes) = (file, bytes);
        _view = file.CreateViewAccessor(0, bytes);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _start);
    }

    /// <summary>The number of bytes.</summary>
    public int Bytes { get; }

    /// <summary>
    /// Makes memory, all zeros. It is allocated at once: memory that is missing later would end the process.
    /// </summary>
    /// <param name="bytes">The number of bytes.</param>
    /// <param name="path">The file that the other process opens.</param>
    /// <exception cref="EvalCoreException">There is not enough memory, and no room in the temporary folder.</exception>
    public static SharedMemory Create(int bytes, out string path)
    {
        string name = $"evalcore-{Guid.NewGuid():N}";
        if (OperatingSystem.IsLinux() && Directory.Exists(Memory))
        {
            path = Path.Combine(Memory, name);
            try
            {
                return Create(path, bytes);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // A container's is often small: the temporary folder is as good while it stays in the page cache.
            }
        }

        path = Path.Combine(Path.GetTempPath(), name);
        try
        {
            return Create(path, bytes);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"--eval.isolation=process: {bytes / 1e6:0.0} MB of memory that two processes share cannot be had in {Memory} or {Path.GetTempPath()} ({EvalCoreException.Reason(e)})", e);
        }
    }

    /// <summary>Opens memory that another process has made, and deletes its file.</summary>
    public static SharedMemory Open(string path)
    {
        var stream = new FileStream(path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        int bytes = checked((int)stream.Length);
        var memory = new SharedMemory(MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false), bytes);
        File.Delete(path);
        return memory;
    }

    /// <summary>Bytes at a place.</summary>
    public Span<byte> Slice(int start, int length)
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        ArgumentOutOfRangeException.ThrowIfNegative(start);
        ArgumentOutOfRangeException.ThrowIfNegative(length);
        ArgumentOutOfRangeException.ThrowIfGreaterThan((long)start + length, Bytes);
        return new Span<byte>(_start + start, length);
    }

    /// <summary>Numbers at a place that is a multiple of 8.</summary>
    public Span<double> Doubles(int start, int count) => MemoryMarshal.Cast<byte, double>(Slice(start, checked(count * sizeof(double))));

    /// <summary>A whole number at a place that is a multiple of 8.</summary>
    public ref long Long(int start) => ref MemoryMarshal.AsRef<long>(Slice(start, sizeof(long)));

    /// <summary>Unmaps the memory. No thread may be reading it.</summary>
    public void Dispose()
    {
        if (_disposed)
            return;
        _disposed = true;
        _view.SafeMemoryMappedViewHandle.ReleasePointer();
        _view.Dispose();
        _file.Dispose();
    }

    private static SharedMemory Create(string path, int bytes)
    {
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.ReadWrite,
            Share = FileShare.ReadWrite | FileShare.Delete,
            PreallocationSize = bytes,
            BufferSize = 0,
        };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
        var stream = new FileStream(path, options);
        try
        {
            stream.SetLength(bytes);
            return new SharedMemory(MemoryMappedFile.CreateFromFile(stream, null, 0, MemoryMappedFileAccess.ReadWrite, HandleInheritability.None, leaveOpen: false), bytes);
        }
        catch
        {
            stream.Dispose();
            File.Delete(path);
            throw;
        }
    }
}
