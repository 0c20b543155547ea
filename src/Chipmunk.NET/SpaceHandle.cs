using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>
/// Owns a <c>cpSpace</c>, and holds references to the bodies and shapes in it. <c>cpSpaceFree</c> reads the bodies, so
/// they must be freed after the space, in whatever order they are disposed or finalized.
/// </summary>
public sealed class SpaceHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly HashSet<SafeHandle> _kept = [];

    /// <summary>Called by the marshaller.</summary>
    public SpaceHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Adds a reference to a body or shape.</summary>
    /// <param name="added">The body or shape.</param>
    /// <param name="body">The body, or the one that the shape is attached to.</param>
    /// <exception cref="InvalidOperationException">It is already in this space or in another one.</exception>
    internal void Keep(SafeHandle added, BodyHandle body)
    {
        ObjectDisposedException.ThrowIf(IsClosed, this);
        ObjectDisposedException.ThrowIf(added.IsClosed, added);
        if (_kept.Contains(added))
            throw new InvalidOperationException("The body or shape is already in this space.");
        body.Enter(this);
        bool kept = false;
        added.DangerousAddRef(ref kept);
        _kept.Add(added);
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Native.cpSpaceFree(handle);
        foreach (var kept in _kept)
            kept.DangerousRelease();
        return true;
    }
}
