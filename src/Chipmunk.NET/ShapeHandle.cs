using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>Owns a <c>cpShape</c>, and holds a reference to the body it is attached to.</summary>
public sealed class ShapeHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private BodyHandle? _body;
    private bool _isKept;

    /// <summary>Called by the marshaller.</summary>
    public ShapeHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>
    /// Adds a reference to the body, so that it is freed after the shape. A space's static body is freed with the space,
    /// whose references to shapes such a reference would keep for ever.
    /// </summary>
    internal void Keep(BodyHandle body)
    {
        _body = body;
        if (!body.BelongsToSpace)
            body.DangerousAddRef(ref _isKept);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Native.cpShapeFree(handle);
        if (_isKept)
            _body!.DangerousRelease();
        return true;
    }
}
