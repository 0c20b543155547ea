using System.Runtime.InteropServices;

namespace Chipmunk;

/// <summary>
/// <c>cpCollisionHandler</c>: callbacks for pairs of shapes of two collision types. Its space owns it; it is valid as
/// long as the space.
/// </summary>
public readonly unsafe struct CollisionHandler
{
    private readonly Fields* _handler;
    private readonly SpaceHandle _space;

    internal CollisionHandler(nint handler, SpaceHandle space)
    {
        _handler = (Fields*)handler;
        _space = space;
    }

    /// <summary>
    /// Called after the solver for each pair of touching shapes, in the solver's order. The arguments are the arbiter,
    /// the space (<c>cpSpace*</c>) and <see cref="UserData"/>. The function runs inside <see cref="Space.Step"/>, on
    /// the same thread. It must not throw, and must not add to the space or remove from it.
    /// </summary>
    public delegate* unmanaged[Cdecl]<Arbiter, nint, void*, void> PostSolve
    {
        get
        {
            var function = Handler->PostSolve;
            GC.KeepAlive(_space);
            return function;
        }

        set
        {
            Handler->PostSolve = value;
            GC.KeepAlive(_space);
        }
    }

    /// <summary>The last argument of the callbacks.</summary>
    public void* UserData
    {
        get
        {
            void* data = Handler->UserData;
            GC.KeepAlive(_space);
            return data;
        }

        set
        {
            Handler->UserData = value;
            GC.KeepAlive(_space);
        }
    }

    private Fields* Handler
    {
        get
        {
            ObjectDisposedException.ThrowIf(_space.IsClosed, typeof(Space));
            return _handler;
        }
    }

    /// <summary>
    /// The native struct: two collision types, four functions, the user's pointer. Only the two used here are declared.
    /// </summary>
    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct Fields
    {
        [FieldOffset(32)]
        public delegate* unmanaged[Cdecl]<Arbiter, nint, void*, void> PostSolve;

        [FieldOffset(48)]
        public void* UserData;
    }
}
