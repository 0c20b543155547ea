namespace Chipmunk;

/// <summary>
/// <c>cpBody</c>: a rigid body. One thread at a time may use a body, its shapes and its space; different spaces are
/// independent. Values must be finite: setters throw otherwise, because Chipmunk's assertions abort the process. After its
/// space was disposed a body cannot be changed.
/// </summary>
public sealed class Body : IDisposable
{
    /// <summary><c>cpBodyNew</c>: a dynamic body.</summary>
    /// <param name="mass">The mass, positive.</param>
    /// <param name="moment">The moment of inertia about the centre of gravity, positive; infinite for a body that does not turn.</param>
    /// <exception cref="ArgumentException">A value is not positive, or the mass is infinite.</exception>
    /// <exception cref="DllNotFoundException">
    /// Chipmunk is not installed; the message states how to install it.
    /// </exception>
    public Body(double mass, double moment)
        : this(Native.cpBodyNew(Valid.FinitePositive(mass), Valid.Positive(moment)))
    {
    }

    internal Body(BodyHandle handle) => Handle = handle;

    /// <summary>The native body.</summary>
    public BodyHandle Handle { get; }

    /// <summary>The type of the body.</summary>
    public BodyType Type => (BodyType)Native.cpBodyGetType(Handle);

    /// <summary>The mass.</summary>
    public double Mass => Native.cpBodyGetMass(Handle);

    /// <summary>The moment of inertia about the centre of gravity.</summary>
    public double Moment => Native.cpBodyGetMoment(Handle);

    /// <summary>
    /// The position of the body's origin, in world coordinates. Chipmunk stores the position of the centre of gravity
    /// and converts with the current rotation.
    /// </summary>
    public Vect Position
    {
        get => Native.cpBodyGetPosition(Handle);
        set => Native.cpBodySetPosition(Changed, Valid.Finite(value));
    }

    /// <summary>The centre of gravity, in the body's coordinates. Setting it does not move the origin.</summary>
    public Vect CenterOfGravity
    {
        get => Native.cpBodyGetCenterOfGravity(Handle);
        set => Native.cpBodySetCenterOfGravity(Changed, Valid.Finite(value));
    }

    /// <summary>The velocity of the centre of gravity, in units of length per second.</summary>
    public Vect Velocity
    {
        get => Native.cpBodyGetVelocity(Handle);
        set => Native.cpBodySetVelocity(Changed, Valid.Finite(value));
    }

    /// <summary>
    /// The angle in radians, not wrapped to a range. Setting it rotates the body about its centre of gravity.
    /// </summary>
    public double Angle
    {
        get => Native.cpBodyGetAngle(Handle);
        set => Native.cpBodySetAngle(Changed, Valid.Finite(value));
    }

    /// <summary>The angular velocity, in radians per second.</summary>
    public double AngularVelocity
    {
        get => Native.cpBodyGetAngularVelocity(Handle);
        set => Native.cpBodySetAngularVelocity(Changed, Valid.Finite(value));
    }

    /// <summary>The cosine and the sine of the angle.</summary>
    public Vect Rotation => Native.cpBodyGetRotation(Handle);

    /// <summary><c>cpBodyNewKinematic</c>: a kinematic body.</summary>
    /// <exception cref="DllNotFoundException">
    /// Chipmunk is not installed; the message states how to install it.
    /// </exception>
    public static Body NewKinematic() => new(Native.cpBodyNewKinematic());

    /// <summary><c>cpBodyNewStatic</c>: a static body.</summary>
    /// <exception cref="DllNotFoundException">
    /// Chipmunk is not installed; the message states how to install it.
    /// </exception>
    public static Body NewStatic() => new(Native.cpBodyNewStatic());

    /// <summary>Converts a point from the body's coordinates to world coordinates.</summary>
    public Vect LocalToWorld(Vect point) => Native.cpBodyLocalToWorld(Handle, point);

    /// <summary>Converts a point from world coordinates to the body's coordinates.</summary>
    public Vect WorldToLocal(Vect point) => Native.cpBodyWorldToLocal(Handle, point);

    /// <summary>Frees the body once no shape and no space refers to it.</summary>
    public void Dispose() => Handle.Dispose();

    /// <summary>
    /// The handle for a change. A change reads the contacts that the space keeps for the body, so it is refused after the space
    /// was disposed.
    /// </summary>
    private BodyHandle Changed
    {
        get
        {
            ObjectDisposedException.ThrowIf(Handle.Space is { IsClosed: true }, typeof(Space));
            return Handle;
        }
    }
}
