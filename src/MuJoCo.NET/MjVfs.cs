using System.Runtime.InteropServices;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// A virtual file system (<c>mjVFS</c>): named files in memory, which take precedence over files on disk when a model
/// is loaded or compiled.
/// </summary>
public sealed unsafe class MjVfs : IDisposable
{
    private readonly Handle _handle = new();

    /// <summary>Creates an empty virtual file system.</summary>
    /// <exception cref="MujocoException">The library is missing or has another version.</exception>
    public MjVfs()
    {
        Library.Require();
        _handle.Allocate();
    }

    internal nint Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _handle.Value;
        }
    }

    /// <summary>Adds a file; copies its content.</summary>
    /// <param name="name">The path under which a model refers to the file.</param>
    /// <param name="content">The bytes of the file.</param>
    /// <exception cref="MujocoException">A file of that name exists already.</exception>
    public void Add(string name, ReadOnlySpan<byte> content)
    {
        ArgumentException.ThrowIfNullOrEmpty(name);
        const int Repeated = 2;
        using var text = new CString(name);
        int result;
        fixed (byte* bytes = content)
            result = (int)Guard.Call(Api.mj_addBufferVFS, Pointer, text.Pointer, (nint)bytes, content.Length);
        GC.KeepAlive(this);
        if (result == Repeated)
            throw new MujocoException($"{name}: the virtual file system already has a file of that name");
        if (result != 0)
            throw new MujocoException($"{name}: cannot be added to the virtual file system");
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private sealed class Handle() : SafeHandle(0, ownsHandle: true)
    {
        public override bool IsInvalid => handle == 0;

        public nint Value => handle;

        public void Allocate()
        {
            SetHandle((nint)NativeMemory.AllocZeroed(64));
            Guard.Call(Api.mj_defaultVFS, handle);
        }

        protected override bool ReleaseHandle()
        {
            bool freed = Guard.Free(Api.mj_deleteVFS, handle);
            NativeMemory.Free((void*)handle);
            return freed;
        }
    }
}
