namespace Chipmunk;

/// <summary>
/// <c>cpSpace</c>: bodies and shapes that are simulated together. One thread at a time may use a space and what was
/// added to it; different spaces are independent and may be stepped at the same time. The order in which things are
/// added is part of the simulation: it decides the order in which contacts are solved.
/// </summary>
public sealed class Space : IDisposable
{
    /// <summary><c>cpSpaceNew</c>.</summary>
    /// <exception cref="DllNotFoundException">Chipmunk is not installed; the message says what to do.</exception>
    public Space()
    {
        Handle = Native.cpSpaceNew();
        StaticBody = new Body(new BodyHandle(Native.cpSpaceGetStaticBody(Handle)));
    }

    /// <summary>The native space.</summary>
    public SpaceHandle Handle { get; }

    /// <summary>The space's own static body. It is freed with the space.</summary>
    public Body StaticBody { get; }

    /// <summary>How often the solver goes over all contacts in a step; 10 unless set.</summary>
    public int Iterations
    {
        get => Native.cpSpaceGetIterations(Handle);
        set => Native.cpSpaceSetIterations(Handle, value);
    }

    /// <summary>The acceleration of all dynamic bodies; none unless set.</summary>
    public Vect Gravity
    {
        get => Native.cpSpaceGetGravity(Handle);
        set => Native.cpSpaceSetGravity(Handle, value);
    }

    /// <summary>The part of its velocity a dynamic body keeps over a second, 0 to 1; 1 unless set.</summary>
    public double Damping
    {
        get => Native.cpSpaceGetDamping(Handle);
        set => Native.cpSpaceSetDamping(Handle, value);
    }

    /// <summary>The overlap that is left alone.</summary>
    public double CollisionSlop
    {
        get => Native.cpSpaceGetCollisionSlop(Handle);
        set => Native.cpSpaceSetCollisionSlop(Handle, value);
    }

    /// <summary>The part of an overlap that is left after a second.</summary>
    public double CollisionBias
    {
        get => Native.cpSpaceGetCollisionBias(Handle);
        set => Native.cpSpaceSetCollisionBias(Handle, value);
    }

    /// <summary>Adds a body. The space keeps it until the space is disposed.</summary>
    /// <exception cref="InvalidOperationException">It is in this space already.</exception>
    public void Add(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Handle.Keep(body.Handle);
        Native.cpSpaceAddBody(Handle, body.Handle);
    }

    /// <summary>Adds a shape. The space keeps it until the space is disposed.</summary>
    /// <exception cref="InvalidOperationException">It is in this space already.</exception>
    public void Add(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Handle.Keep(shape.Handle);
        Native.cpSpaceAddShape(Handle, shape.Handle);
    }

    /// <summary>The handler for pairs of shapes of two collision types, made if there is none yet.</summary>
    public CollisionHandler AddCollisionHandler(nuint a, nuint b) =>
        new(Native.cpSpaceAddCollisionHandler(Handle, a, b));

    /// <summary>Goes on by <paramref name="dt"/> seconds. Allocates no managed memory.</summary>
    public void Step(double dt) => Native.cpSpaceStep(Handle, dt);

    /// <summary>Frees the space.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        StaticBody.Dispose();
    }
}
