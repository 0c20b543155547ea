namespace Chipmunk;

/// <summary><c>cpShape</c>: a collision shape attached to a body.</summary>
public abstract class Shape : IDisposable
{
    private protected Shape(ShapeHandle handle, Body body)
    {
        handle.Keep(body.Handle);
        Handle = handle;
        Body = body;
    }

    /// <summary>The native shape.</summary>
    public ShapeHandle Handle { get; }

    /// <summary>The body that the shape is attached to.</summary>
    public Body Body { get; }

    /// <summary>The coefficient of friction, not negative; default 0.</summary>
    public double Friction
    {
        get => Native.cpShapeGetFriction(Handle);
        set => Native.cpShapeSetFriction(Changed, Valid.FiniteNotNegative(value));
    }

    /// <summary>The elasticity, not negative; default 0.</summary>
    public double Elasticity
    {
        get => Native.cpShapeGetElasticity(Handle);
        set => Native.cpShapeSetElasticity(Changed, Valid.FiniteNotNegative(value));
    }

    /// <summary>The collision type, which selects the collision handlers; default 0.</summary>
    public nuint CollisionType
    {
        get => Native.cpShapeGetCollisionType(Handle);
        set => Native.cpShapeSetCollisionType(Changed, value);
    }

    /// <summary>Frees the shape once no space refers to it.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        GC.SuppressFinalize(this);
    }

    /// <summary>The handle for a change, which reads the body and so the contacts that its space keeps.</summary>
    private ShapeHandle Changed
    {
        get
        {
            ObjectDisposedException.ThrowIf(Body.Handle.Space is { IsClosed: true }, typeof(Space));
            return Handle;
        }
    }
}
