using Microsoft.Win32.SafeHandles;

namespace Chipmunk;

/// <summary>Owns a <c>cpBody</c>, or refers to the static body that a space owns.</summary>
public sealed class BodyHandle : SafeHandleZeroOrMinusOneIsInvalid
{
    /// <summary>Called by the marshaller.</summary>
    public BodyHandle()
        : base(ownsHandle: true)
    {
    }

    /// <summary>A body that its space frees (<c>cpSpaceGetStaticBody</c>). The reference keeps the space from being collected.</summary>
    internal BodyHandle(nint body, SpaceHandle space)
        : base(ownsHandle: false)
    {
        SetHandle(body);
        (Space, BelongsToSpace) = (space, true);
    }

    /// <summary>The only space that this body and its shapes are in; null before the first of them was added.</summary>
    internal SpaceHandle? Space { get; private set; }

    /// <summary>Whether it is the static body that a space made and frees.</summary>
    internal bool BelongsToSpace { get; }

    /// <summary>
    /// Makes a space the body's only one. A body keeps pointers into its space, also after the space was freed.
    /// </summary>
    /// <exception cref="InvalidOperationException">The body or one of its shapes is in another space.</exception>
    internal void Enter(SpaceHandle space)
    {
        if (Space is not null && Space != space)
            throw new InvalidOperationException("The body, or a shape attached to it, is or was in another space; a body can be in one space only.");
        Space = space;
    }

    /// <inheritdoc/>
    protected override bool ReleaseHandle()
    {
        Native.cpBodyFree(handle);
        return true;
    }
}
