using System.Runtime.InteropServices;

namespace Chipmunk;

/// <summary>
/// <c>cpCollisionHandler</c>: what is called for pairs of shapes of two collision types. It belongs to its space and
/// lives as long.
/// </summary>
public readonly unsafe struct CollisionHandler
{
    private readonly Fields* _handler;

    internal CollisionHandler(nint handler) => _handler = (Fields*)handler;

    /// <summary>
    /// Called after the solver for each pair that touches, in the solver's order: the arbiter, the space
    /// (<c>cpSpace*</c>) and <see cref="UserData"/>. The function runs inside <see cref="Space.Step"/>, on its thread;
    /// it must not throw, and must not add to or remove from the space.
    /// </summary>
    public delegate* unmanaged[Cdecl]<Arbiter, nint, void*, void> PostSolve
    {
        get => _handler->PostSolve;
        set => _handler->PostSolve = value;
    }

    /// <summary>What the functions get as their last argument.</summary>
    public void* UserData
    {
        get => _handler->UserData;
        set => _handler->UserData = value;
    }

    /// <summary>Two types and four functions come before the user's pointer; of the functions this one is used.</summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct Fields
    {
        [FieldOffset(32)]
        public delegate* unmanaged[Cdecl]<Arbiter, nint, void*, void> PostSolve;

        [FieldOffset(48)]
        public void* UserData;
    }
}
