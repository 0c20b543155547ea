using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>
/// Owns a <c>cpSpace</c>, and keeps what was added to it: <c>cpSpaceFree</c> looks at the bodies, so they are freed
/// after the space, whatever the order in which they are disposed or finalized.
/// </summary>
public sealed class SpaceHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    private readonly List<SafeHandle> _kept = [];

    /// <summary>For the marshaller.</summary>
    public SpaceHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>Keeps what is added.</summary>
    /// <exception cref="InvalidOperationException">It is in this space already.</exception>
    internal void Keep(SafeHandle added)
    {
        if (_kept.Contains(added))
            throw new InvalidOperationException("It is in this space already.");
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
