using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>Owns a <c>cpShape</c>, and holds a reference to the body it is attached to.</summary>
public sealed class ShapeHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private BodyHandle? _body;

    /// <summary>Called by the marshaller.</summary>
    public ShapeHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Adds a reference to the body, so that it is freed after the shape.</summary>
    internal void Keep(BodyHandle body)
    {
        bool kept = false;
        body.DangerousAddRef(ref kept);
        _body = body;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Native.cpShapeFree(handle);
        _body?.DangerousRelease();
        return true;
    }
}
