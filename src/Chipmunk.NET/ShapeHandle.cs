using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>Owns a <c>cpShape</c>, and keeps the body it is attached to.</summary>
public sealed class ShapeHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private BodyHandle? _body;

    /// <summary>For the marshaller.</summary>
    public ShapeHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>The body may not be freed before the shape.</summary>
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
