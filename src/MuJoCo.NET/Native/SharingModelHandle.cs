using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>
/// Owns an <c>mjModel</c> whose assets belong to another one, which is kept until this one is freed. MuJoCo's functions read a
/// model through the pointers in its struct, so these may lead to memory of different owners; <c>mj_deleteModel</c> is not called.
/// </summary>
internal sealed unsafe class SharingModelHandle : SafeHandle
{
    private const int Alignment = 64;

    private static readonly string[] Shared = ["mesh_", "skin_", "hfield_data", "tex_data", "bvh_", "oct_"];

    private readonly SafeHandle _original;

    /// <summary>Copies a model.</summary>
    /// <param name="original">The handle of the model, or of a copy that shares assets itself.</param>
    /// <param name="model">Its struct.</param>
    /// <param name="size">The length of the struct, in bytes.</param>
    /// <param name="arrays">Its arrays, with the offsets of their pointers in the struct.</param>
    public SharingModelHandle(
        SafeHandle original, byte* model, int size, IReadOnlyList<(string Name, nint Address, long Bytes, int Offset)> arrays)
        : base(0, ownsHandle: true)
    {
        _original = original;
        var copied = arrays.Where(array => !Shared.Any(prefix => array.Name.StartsWith(prefix, StringComparison.Ordinal))).ToList();
        long length = Aligned(size) + copied.Sum(array => Aligned(array.Bytes));
        byte* block = (byte*)NativeMemory.AlignedAlloc((nuint)length, Alignment);
        NativeMemory.Copy(model, block, (nuint)size);
        byte* place = block + Aligned(size);
        foreach (var (_, address, bytes, offset) in copied)
        {
            NativeMemory.Copy((void*)address, place, (nuint)bytes);
            *(byte**)(block + offset) = place;
            place += Aligned(bytes);
        }

        // Last: a handle that was not set is not released.
        bool added = false;
        try
        {
            original.DangerousAddRef(ref added);
        }
        catch
        {
            NativeMemory.AlignedFree(block);
            throw;
        }

        SetHandle((nint)block);
    }

    public nint Value => handle;

    public override bool IsInvalid => handle == 0;

    protected override bool ReleaseHandle()
    {
        NativeMemory.AlignedFree((void*)handle);
        _original.DangerousRelease();
        return true;
    }

    private static long Aligned(long bytes) => (bytes + Alignment - 1) / Alignment * Alignment;
}
