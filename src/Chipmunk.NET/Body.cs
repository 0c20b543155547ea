namespace Chipmunk;

/// <summary>
/// <c>cpBody</c>: a rigid body. A body, its shapes and the space it is in are used by one thread at a time; different
/// spaces are independent. What is set must be finite: the engine ends the process over a body that is not.
/// </summary>
public sealed class Body : IDisposable
{
    /// <summary><c>cpBodyNew</c>: a dynamic body.</summary>
    /// <param name="mass">Its mass.</param>
    /// <param name="moment">Its moment of inertia about its centre of gravity.</param>
    /// <exception cref="DllNotFoundException">Chipmunk is not installed; the message says what to do.</exception>
    public Body(double mass, double moment)
        : this(Native.cpBodyNew(mass, moment))
    {
    }

    internal Body(BodyHandle handle) => Handle = handle;

    /// <summary>The native body.</summary>
    public BodyHandle Handle { get; }

    /// <summary>How the body moves.</summary>
    public BodyType Type => (BodyType)Native.cpBodyGetType(Handle);

    /// <summary>The mass.</summary>
    public double Mass => Native.cpBodyGetMass(Handle);

    /// <summary>The moment of inertia about the centre of gravity.</summary>
    public double Moment => Native.cpBodyGetMoment(Handle);

    /// <summary>
    /// Where the body's origin is, in world coordinates. (Chipmunk stores the centre of gravity; reading and writing
    /// converts with the present rotation.)
    /// </summary>
    public Vect Position
    {
        get => Native.cpBodyGetPosition(Handle);
        set => Native.cpBodySetPosition(Handle, Finite(value));
    }

    /// <summary>The centre of gravity, in the body's coordinates. Setting it leaves the origin where it is.</summary>
    public Vect CenterOfGravity
    {
        get => Native.cpBodyGetCenterOfGravity(Handle);
        set => Native.cpBodySetCenterOfGravity(Handle, Finite(value));
    }

    /// <summary>The velocity of the centre of gravity, units per second.</summary>
    public Vect Velocity
    {
        get => Native.cpBodyGetVelocity(Handle);
        set => Native.cpBodySetVelocity(Handle, Finite(value));
    }

    /// <summary>The angle in radians, not wrapped. Setting it turns the body about its centre of gravity.</summary>
    public double Angle
    {
        get => Native.cpBodyGetAngle(Handle);
        set => Native.cpBodySetAngle(Handle, Finite(value));
    }

    /// <summary>Radians per second.</summary>
    public double AngularVelocity
    {
        get => Native.cpBodyGetAngularVelocity(Handle);
        set => Native.cpBodySetAngularVelocity(Handle, Finite(value));
    }

    /// <summary>The cosine and the sine of the angle.</summary>
    public Vect Rotation => Native.cpBodyGetRotation(Handle);

    /// <summary><c>cpBodyNewKinematic</c>.</summary>
    /// <exception cref="DllNotFoundException">Chipmunk is not installed; the message says what to do.</exception>
    public static Body NewKinematic() => new(Native.cpBodyNewKinematic());

    /// <summary><c>cpBodyNewStatic</c>.</summary>
    /// <exception cref="DllNotFoundException">Chipmunk is not installed; the message says what to do.</exception>
    public static Body NewStatic() => new(Native.cpBodyNewStatic());

    /// <summary>A point of the body in world coordinates.</summary>
    public Vect LocalToWorld(Vect point) => Native.cpBodyLocalToWorld(Handle, point);

    /// <summary>A point of the world in the body's coordinates.</summary>
    public Vect WorldToLocal(Vect point) => Native.cpBodyWorldToLocal(Handle, point);

    /// <summary>Frees the body, as soon as no shape and no space uses it any more.</summary>
    public void Dispose() => Handle.Dispose();

    private static double Finite(double value) =>
        double.IsFinite(value) ? value : throw new ArgumentException($"A body cannot have the value {value}.", nameof(value));

    private static Vect Finite(Vect value) =>
        double.IsFinite(value.X) && double.IsFinite(value.Y)
            ? value
            : throw new ArgumentException($"A body cannot have the value ({value.X}, {value.Y}).", nameof(value));
}
