namespace Chipmunk;

/// <summary>
/// <c>cpSpace</c>: bodies and shapes that are simulated together. One thread at a time may use a space and the bodies
/// and shapes in it; different spaces are independent and may be stepped at the same time. The order in which bodies
/// and shapes are added determines the order in which contacts are solved, and so affects the result.
/// </summary>
public sealed class Space : IDisposable
{
    private bool _isStepping;

    /// <summary><c>cpSpaceNew</c>: an empty space.</summary>
    /// <exception cref="DllNotFoundException">
    /// Chipmunk is not installed; the message states how to install it.
    /// </exception>
    public Space()
    {
        Handle = Native.cpSpaceNew();
        StaticBody = new Body(new BodyHandle(Native.cpSpaceGetStaticBody(Handle), Handle));
    }

    /// <summary>The native space.</summary>
    public SpaceHandle Handle { get; }

    /// <summary>The space's own static body. It is freed with the space, and then throws.</summary>
    public Body StaticBody { get; }

    /// <summary>The number of solver iterations per step; default 10.</summary>
    public int Iterations
    {
        get => Native.cpSpaceGetIterations(Handle);
        set
        {
            ArgumentOutOfRangeException.ThrowIfNegativeOrZero(value);
            Native.cpSpaceSetIterations(Handle, value);
        }
    }

    /// <summary>The acceleration of all dynamic bodies, in units of length per second squared; default 0.</summary>
    public Vect Gravity
    {
        get => Native.cpSpaceGetGravity(Handle);
        set => Native.cpSpaceSetGravity(Handle, Valid.Finite(value));
    }

    /// <summary>The fraction of its velocity that a dynamic body keeps after a second, 0 to 1; default 1.</summary>
    public double Damping
    {
        get => Native.cpSpaceGetDamping(Handle);
        set => Native.cpSpaceSetDamping(Handle, Valid.FiniteNotNegative(value));
    }

    /// <summary>The overlap of shapes that is not corrected, in units of length; default 0.1.</summary>
    public double CollisionSlop
    {
        get => Native.cpSpaceGetCollisionSlop(Handle);
        set => Native.cpSpaceSetCollisionSlop(Handle, Valid.Finite(value));
    }

    /// <summary>The fraction of an overlap that remains after a second.</summary>
    public double CollisionBias
    {
        get => Native.cpSpaceGetCollisionBias(Handle);
        set => Native.cpSpaceSetCollisionBias(Handle, Valid.Finite(value));
    }

    /// <summary>Adds a body. The space holds a reference to it until the space is disposed.</summary>
    /// <exception cref="InvalidOperationException">
    /// The body is already in this space, is or was in another one, or is a space's static body; or the space is being stepped.
    /// </exception>
    public void Add(Body body)
    {
        ArgumentNullException.ThrowIfNull(body);
        if (body.Handle.BelongsToSpace)
            throw new InvalidOperationException("A space's static body cannot be added to a space: it is in its own already.");
        CheckNotStepping();
        Handle.Keep(body.Handle, body.Handle);
        Native.cpSpaceAddBody(Handle, body.Handle);
    }

    /// <summary>Adds a shape. The space holds a reference to it until the space is disposed.</summary>
    /// <exception cref="InvalidOperationException">
    /// The shape is already in this space, or its body is or was in another one; or the space is being stepped.
    /// </exception>
    public void Add(Shape shape)
    {
        ArgumentNullException.ThrowIfNull(shape);
        CheckNotStepping();
        Handle.Keep(shape.Handle, shape.Body.Handle);
        Native.cpSpaceAddShape(Handle, shape.Handle);
    }

    /// <summary>
    /// Returns the handler for pairs of shapes of two collision types; creates it when there is none.
    /// </summary>
    public CollisionHandler AddCollisionHandler(nuint a, nuint b) =>
        new(Native.cpSpaceAddCollisionHandler(Handle, a, b), Handle);

    /// <summary>Advances the simulation by <paramref name="dt"/> seconds. Allocates no managed memory.</summary>
    /// <exception cref="ArgumentException">The time is not finite, or negative.</exception>
    /// <exception cref="InvalidOperationException">The space is being stepped: a callback must not step it.</exception>
    public void Step(double dt)
    {
        Valid.FiniteNotNegative(dt);
        CheckNotStepping();
        _isStepping = true;
        Native.cpSpaceStep(Handle, dt);
        _isStepping = false;
    }

    /// <summary>Frees the space.</summary>
    public void Dispose()
    {
        Handle.Dispose();
        StaticBody.Dispose();
    }

    private void CheckNotStepping()
    {
        if (_isStepping)
            throw new InvalidOperationException("The space is being stepped.");
    }
}
