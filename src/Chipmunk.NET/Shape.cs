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

    /// <summary>The body it is attached to.</summary>
    public Body Body { get; }

    /// <summary>The coefficient of friction; 0 unless set.</summary>
    public double Friction
    {
        get => Native.cpShapeGetFriction(Handle);
        set => Native.cpShapeSetFriction(Handle, value);
    }

    /// <summary>The elasticity; 0 unless set.</summary>
    public double Elasticity
    {
        get => Native.cpShapeGetElasticity(Handle);
        set => Native.cpShapeSetElasticity(Handle, value);
    }

    /// <summary>Which collision handler looks at it; 0 unless set.</summary>
    public nuint CollisionType
    {
        get => Native.cpShapeGetCollisionType(Handle);
        set => Native.cpShapeSetCollisionType(Handle, value);
    }

    /// <summary>Frees the shape, as soon as no space uses it any more.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        GC.SuppressFinalize(this);
    }
}
