using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>Owns a <c>cpBody</c>.</summary>
public sealed class BodyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Called by the marshaller.</summary>
    public BodyHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>A body that its space frees (<c>cpSpaceGetStaticBody</c>).</summary>
    internal BodyHandle(nint body)
        : base(ownsHandle: false) => SetHandle(body);

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Native.cpBodyFree(handle);
        return true;
    }
}
