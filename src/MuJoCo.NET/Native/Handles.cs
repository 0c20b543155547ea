using System.Runtime.InteropServices;

namespace MuJoCo.Native;

/// <summary>Owns an <c>mjModel</c>.</summary>
internal sealed class ModelHandle() : NativeHandle(Api.mj_deleteModel);

/// <summary>Owns an <c>mjData</c>.</summary>
internal sealed class DataHandle() : NativeHandle(Api.mj_deleteData);

/// <summary>Owns an <c>mjSpec</c>.</summary>
internal sealed class SpecHandle() : NativeHandle(Api.mj_deleteSpec);

/// <summary>A native object that one MuJoCo function frees, on any thread.</summary>
internal abstract class NativeHandle(nint free) : SafeHandle(0, ownsHandle: true)
{
    private readonly nint _free = free;

    public override bool IsInvalid => handle == 0;

    public nint Value => handle;

    public void Own(nint value) => SetHandle(value);

    protected override bool ReleaseHandle() => Guard.Free(_free, handle);
}
