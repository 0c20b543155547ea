namespace Chipmunk;

/// <summary>
/// <c>cpSpace</c>: bodies and shapes that are simulated together. One thread at a time may use a space and the bodies
/// and shapes in it; different spaces are independent and may be stepped at the same time. The order in which bodies
/// and shapes are added determines the order in which contacts are solved, and so affects the result.
/// </summary>
public sealed class Space : IDisposable
{
    /// <summary><c>cpSpaceNew</c>: an empty space.</summary>
    /// <exception cref="DllNotFoundException">
    /// Chipmunk is not installed; the message states how to install it.
    /// </exception>
    public Space()
    {
        Handle = Native.cpSpaceNew();
        StaticBody = new Body(new BodyHandle(Native.cpSpaceGetStaticBody(Handle)));
    }

    /// <summary>The native space.</summary>
    public SpaceHandle Handle { get; }

    /// <summary>The space's own static body. It is freed with the space.</summary>
    public Body StaticBody { get; }

    /// <summary>The number of solver iterations per step; default 10.</summary>
    public int Iterations
    {
        get => Native.cpSpaceGetIterations(Handle);
        set => Native.cpSpaceSetIterations(Handle, value);
    }

    /// <summary>The acceleration of all dynamic bodies, in units of length per second squared; default 0.</summary>
    public Vect Gravity
    {
        get => Native.cpSpaceGetGravity(Handle);
        set => Native.cpSpaceSetGravity(Handle, value);
    }

    /// <summary>The fraction of its velocity that a dynamic body keeps after a second, 0 to 1; default 1.</summary>
    public double Damping
    {
        get => Native.cpSpaceGetDamping(Handle);
        set => Native.cpSpaceSetDamping(Handle, value);
    }

    /// <summary>The overlap of shapes that is not corrected, in units of length; default 0.1.</summary>
    public double CollisionSlop
    {
        get => Native.cpSpaceGetCollisionSlop(Handle);
        set => Native.cpSpaceSetCollisionSlop(Handle, value);
    }

    /// <summary>The fraction of an overlap that remains after a second.</summary>
    public double CollisionBias
    {
        get => Native.cpSpaceGetCollisionBias(Handle);
        set => Native.cpSpaceSetCollisionBias(Handle, value);
    }

    /// <summary>Adds a body. The space holds a reference to it until the space is disposed.</summary>
    /// <exception cref="InvalidOperationException">The body is already in this space.</exception>
    public void Add(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        Handle.Keep(body.Handle);
        Native.cpSpaceAddBody(Handle, body.Handle);
    }

    /// <summary>Adds a shape. The space holds a reference to it until the space is disposed.</summary>
    /// <exception cref="InvalidOperationException">The shape is already in this space.</exception>
    public void Add(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        Handle.Keep(shape.Handle);
        Native.cpSpaceAddShape(Handle, shape.Handle);
    }

    /// <summary>
    /// Returns the handler for pairs of shapes of two collision types; creates it when there is none.
    /// </summary>
    public CollisionHandler AddCollisionHandler(nuint a, nuint b) =>
        new(Native.cpSpaceAddCollisionHandler(Handle, a, b));

    /// <summary>Advances the simulation by <paramref name="dt"/> seconds. Allocates no managed memory.</summary>
    public void Step(double dt) => Native.cpSpaceStep(Handle, dt);

    /// <summary>Frees the space.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        StaticBody.Dispose();
    }
}
