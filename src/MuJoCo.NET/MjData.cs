using System.Runtime.InteropServices;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// The state of a simulation and the quantities computed from it. Every field of <c>mjData</c> is a member of the same
/// name; arrays are spans over MuJoCo's memory, row-major, with the shape given in their documentation. As in MuJoCo,
/// computed quantities keep the values of the last computation: after a step, positions of bodies are those before the
/// step's integration.
/// </summary>
/// <remarks>
/// One thread at a time may use an instance. Only the constructor and <see cref="Copy"/> allocate.
/// </remarks>
public sealed unsafe partial class MjData : IDisposable
{
    private readonly DataHandle _handle = new();
    private readonly byte* _pointer;

    /// <summary>Allocates the data of a model, in the model's initial state (<c>mj_makeData</c>).</summary>
    public MjData(MjModel model)
        : this(
            model ?? throw new ArgumentNullException(nameof(model)),
            Guard.Create(Api.mj_makeData, (nint)model.Pointer))
    {
    }

    private MjData(MjModel model, nint data)
    {
        Model = model;
        if (data == 0)
            throw new MujocoException("MuJoCo cannot allocate the data of the model");
        _pointer = (byte*)data;
        _handle.Own(data);
        try
        {
            Guard.RaiseWarnings();
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    /// <summary>The model.</summary>
    public MjModel Model { get; }

    internal byte* Pointer
    {
        get
        {
            ObjectDisposedException.ThrowIf(_handle.IsClosed, this);
            return _pointer;
        }
    }

    /// <summary>Advances the simulation by one time step (<c>mj_step</c>).</summary>
    /// <exception cref="MujocoException">
    /// MuJoCo reported an error; call <see cref="Reset"/> before any other method.
    /// </exception>
    public void Step() => Call(Api.mj_step);

    /// <summary>Advances the simulation by <paramref name="count"/> time steps.</summary>
    public void Step(int count)
    {
        for (int i = 0; i < count; i++)
            Call(Api.mj_step);
    }

    /// <summary>The part of a step before the control is set (<c>mj_step1</c>).</summary>
    public void Step1() => Call(Api.mj_step1);

    /// <summary>The part of a step after the control is set (<c>mj_step2</c>).</summary>
    public void Step2() => Call(Api.mj_step2);

    /// <summary>Computes all quantities from the state, without advancing it (<c>mj_forward</c>).</summary>
    public void Forward() => Call(Api.mj_forward);

    /// <summary>Computes inverse dynamics: the forces that cause <see cref="qacc"/> (<c>mj_inverse</c>).</summary>
    public void Inverse() => Call(Api.mj_inverse);

    /// <summary>Computes positions and orientations from <see cref="qpos"/> (<c>mj_kinematics</c>).</summary>
    public void Kinematics() => Call(Api.mj_kinematics);

    /// <summary>Computes quantities of the centres of mass (<c>mj_comPos</c>).</summary>
    public void ComPos() => Call(Api.mj_comPos);

    /// <summary>Computes poses of cameras and lights (<c>mj_camlight</c>).</summary>
    public void CamLight() => Call(Api.mj_camlight);

    /// <summary>Computes all quantities that depend on positions only (<c>mj_fwdPosition</c>).</summary>
    public void ForwardPosition() => Call(Api.mj_fwdPosition);

    /// <summary>Computes all quantities that depend on velocities (<c>mj_fwdVelocity</c>).</summary>
    public void ForwardVelocity() => Call(Api.mj_fwdVelocity);

    /// <summary>Detects contacts (<c>mj_collision</c>).</summary>
    public void Collision() => Call(Api.mj_collision);

    /// <summary>
    /// Computes accelerations and interaction forces of bodies, after the constraint solver
    /// (<c>mj_rnePostConstraint</c>).
    /// </summary>
    public void RnePostConstraint() => Call(Api.mj_rnePostConstraint);

    /// <summary>Computes velocities and momenta of subtrees (<c>mj_subtreeVel</c>).</summary>
    public void SubtreeVel() => Call(Api.mj_subtreeVel);

    /// <summary>Resets to the model's initial state (<c>mj_resetData</c>).</summary>
    public void Reset() => Call(Api.mj_resetData);

    /// <summary>Resets to one of the model's keyframes (<c>mj_resetDataKeyframe</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such keyframe.</exception>
    public void ResetKeyframe(int key)
    {
        InRange(key, Model.nkey);
        Call(Api.mj_resetDataKeyframe, key);
    }

    /// <summary>
    /// Copies parts of the state to a buffer, in the order of their bits in <see cref="mjtState"/>
    /// (<c>mj_getState</c>).
    /// </summary>
    /// <param name="state">The buffer, of length <see cref="MjModel.StateSize"/>.</param>
    /// <param name="parts">The parts.</param>
    public void GetState(Span<double> state, mjtState parts)
    {
        HasLength(state, Model.StateSize(parts));
        fixed (double* s = state)
            Call(Api.mj_getState, (nint)s, (nint)parts);
    }

    /// <summary>Sets parts of the state, without computing dependent quantities (<c>mj_setState</c>).</summary>
    /// <param name="state">The buffer, of length <see cref="MjModel.StateSize"/>.</param>
    /// <param name="parts">The parts.</param>
    public void SetState(ReadOnlySpan<double> state, mjtState parts)
    {
        HasLength(state, Model.StateSize(parts));
        fixed (double* s = state)
            Call(Api.mj_setState, (nint)s, (nint)parts);
    }

    /// <summary>Copies everything to the data of an equal model (<c>mj_copyData</c>).</summary>
    /// <exception cref="ArgumentException">The destination belongs to a model with other sizes.</exception>
    public void CopyTo(MjData destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        if (destination.Model != Model && !destination.Model.HasLayoutOf(Model))
            throw new ArgumentException("the data belong to another model, with other sizes", nameof(destination));
        Guard.Call(Api.mj_copyData, (nint)destination.Pointer, (nint)Model.Pointer, (nint)Pointer);
        GC.KeepAlive(destination);
        GC.KeepAlive(this);
    }

    /// <summary>Returns an independent copy (<c>mj_copyData</c>).</summary>
    public MjData Copy()
    {
        nint copy = Guard.Create(Api.mj_copyData, 0, (nint)Model.Pointer, (nint)Pointer);
        GC.KeepAlive(this);
        return new MjData(Model, copy);
    }

    /// <summary>
    /// Computes the force of a contact in the contact's frame: normal force, two tangential forces, three torques
    /// (<c>mj_contactForce</c>).
    /// </summary>
    /// <param name="contact">The index of the contact in <see cref="contact"/>.</param>
    /// <param name="force">Receives 6 numbers.</param>
    public void ContactForce(int contact, Span<double> force)
    {
        InRange(contact, ncon);
        HasLength(force, 6);
        fixed (double* f = force)
            Call(Api.mj_contactForce, contact, (nint)f);
    }

    /// <summary>Computes Jacobians of a body's frame (<c>mj_jacBody</c>).</summary>
    /// <param name="jacp">Receives the Jacobian of the position, [3, nv]; may be empty.</param>
    /// <param name="jacr">Receives the Jacobian of the rotation, [3, nv]; may be empty.</param>
    /// <param name="body">The body's id.</param>
    public void JacBody(Span<double> jacp, Span<double> jacr, int body) =>
        Jacobian(Api.mj_jacBody, jacp, jacr, body, Model.nbody);

    /// <summary>
    /// Computes Jacobians of a body's centre of mass (<c>mj_jacBodyCom</c>); parameters as in <see cref="JacBody"/>.
    /// </summary>
    public void JacBodyCom(Span<double> jacp, Span<double> jacr, int body) =>
        Jacobian(Api.mj_jacBodyCom, jacp, jacr, body, Model.nbody);

    /// <summary>
    /// Computes Jacobians of a geom's frame (<c>mj_jacGeom</c>); parameters as in <see cref="JacBody"/>.
    /// </summary>
    public void JacGeom(Span<double> jacp, Span<double> jacr, int geom) =>
        Jacobian(Api.mj_jacGeom, jacp, jacr, geom, Model.ngeom);

    /// <summary>
    /// Computes Jacobians of a site's frame (<c>mj_jacSite</c>); parameters as in <see cref="JacBody"/>.
    /// </summary>
    public void JacSite(Span<double> jacp, Span<double> jacr, int site) =>
        Jacobian(Api.mj_jacSite, jacp, jacr, site, Model.nsite);

    /// <summary>Computes Jacobians of a point in world coordinates that moves with a body (<c>mj_jac</c>).</summary>
    public void Jac(Span<double> jacp, Span<double> jacr, ReadOnlySpan<double> point, int body)
    {
        InRange(body, Model.nbody);
        HasLength(point, 3);
        OptionalLength(jacp, 3 * Model.nv);
        OptionalLength(jacr, 3 * Model.nv);
        fixed (double* p = jacp, r = jacr, at = point)
            Call(Api.mj_jac, (nint)p, (nint)r, (nint)at, body);
    }

    /// <summary>Converts the sparse joint-space inertia matrix to a dense one (<c>mj_fullM</c>).</summary>
    /// <param name="matrix">Receives [nv, nv].</param>
    public void FullM(Span<double> matrix)
    {
        HasLength(matrix, Model.nv * Model.nv);
        fixed (double* m = matrix, sparse = qM)
            Guard.Call(Api.mj_fullM, (nint)Model.Pointer, (nint)m, (nint)sparse);
        GC.KeepAlive(this);
    }

    /// <summary>Multiplies a vector by the inertia matrix (<c>mj_mulM</c>).</summary>
    /// <param name="result">Receives nv numbers.</param>
    /// <param name="vector">nv numbers.</param>
    public void MulM(Span<double> result, ReadOnlySpan<double> vector)
    {
        HasLength(result, Model.nv);
        HasLength(vector, Model.nv);
        fixed (double* r = result, v = vector)
            Call(Api.mj_mulM, (nint)r, (nint)v);
    }

    /// <summary>Solves M x = y for each row of <paramref name="y"/> (<c>mj_solveM</c>).</summary>
    /// <param name="x">Receives [n, nv].</param>
    /// <param name="y">[n, nv].</param>
    public void SolveM(Span<double> x, ReadOnlySpan<double> y)
    {
        HasLength(x, y.Length);
        if (Model.nv == 0 || y.Length % Model.nv != 0)
            throw new ArgumentException($"needs a multiple of nv = {Model.nv} numbers, got {y.Length}", nameof(y));
        fixed (double* px = x, py = y)
            Call(Api.mj_solveM, (nint)px, (nint)py, y.Length / Model.nv);
    }

    /// <summary>
    /// Computes the velocity of an object: 3 rotational, then 3 linear components (<c>mj_objectVelocity</c>).
    /// </summary>
    /// <param name="type">The type of object: a body, geom, site or camera.</param>
    /// <param name="id">The object's id.</param>
    /// <param name="velocity">Receives 6 numbers.</param>
    /// <param name="local">Whether to use the object's orientation instead of the world's.</param>
    public void ObjectVelocity(mjtObj type, int id, Span<double> velocity, bool local = false)
    {
        HasLength(velocity, 6);
        InRange(id, Count(type));
        fixed (double* v = velocity)
            Call(Api.mj_objectVelocity, (nint)type, id, (nint)v, local ? 1 : 0);
    }

    /// <summary>
    /// Computes the acceleration of an object (<c>mj_objectAcceleration</c>); parameters as in
    /// <see cref="ObjectVelocity"/>.
    /// </summary>
    public void ObjectAcceleration(mjtObj type, int id, Span<double> acceleration, bool local = false)
    {
        HasLength(acceleration, 6);
        InRange(id, Count(type));
        fixed (double* a = acceleration)
            Call(Api.mj_objectAcceleration, (nint)type, id, (nint)a, local ? 1 : 0);
    }

    /// <summary>
    /// Converts a force and a torque on a body to joint forces and adds them to <paramref name="generalized"/>
    /// (<c>mj_applyFT</c>).
    /// </summary>
    /// <param name="force">3 numbers, world frame.</param>
    /// <param name="torque">3 numbers, world frame.</param>
    /// <param name="point">The point at which the force acts, 3 numbers, world frame.</param>
    /// <param name="body">The body's id.</param>
    /// <param name="generalized">nv numbers, changed in place.</param>
    public void ApplyForceTorque(
        ReadOnlySpan<double> force, ReadOnlySpan<double> torque, ReadOnlySpan<double> point, int body,
        Span<double> generalized)
    {
        HasLength(force, 3);
        HasLength(torque, 3);
        HasLength(point, 3);
        HasLength(generalized, Model.nv);
        InRange(body, Model.nbody);
        fixed (double* f = force, t = torque, p = point, q = generalized)
            Guard.Call(Api.mj_applyFT, (nint)Model.Pointer, (nint)Pointer, (nint)f, (nint)t, (nint)p, body, (nint)q);
        GC.KeepAlive(this);
    }

    /// <summary>
    /// The message of a kind of warning (<c>mju_warningText</c>); null when it was not raised since the last
    /// <see cref="Reset"/>.
    /// </summary>
    public string? WarningText(mjtWarning kind)
    {
        InRange((int)kind, warning.Length);
        MjWarningStat stat = warning[(int)kind];
        GC.KeepAlive(this);
        return stat.number == 0
            ? null
            : Marshal.PtrToStringUTF8(Guard.Call(Api.mju_warningText, (nint)kind, stat.lastinfo));
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    /// <summary>Returns a value that was read from the struct, and keeps the data from being collected until then.</summary>
    private T Kept<T>(T value)
    {
        GC.KeepAlive(this);
        return value;
    }

    private int Count(mjtObj type) => type switch
    {
        mjtObj.mjOBJ_BODY or mjtObj.mjOBJ_XBODY => Model.nbody,
        mjtObj.mjOBJ_GEOM => Model.ngeom,
        mjtObj.mjOBJ_SITE => Model.nsite,
        mjtObj.mjOBJ_CAMERA => Model.ncam,
        _ => throw new ArgumentException($"{type} has no frame: use a body, geom, site or camera", nameof(type)),
    };

    private void Jacobian(nint function, Span<double> jacp, Span<double> jacr, int id, int count)
    {
        InRange(id, count);
        OptionalLength(jacp, 3 * Model.nv);
        OptionalLength(jacr, 3 * Model.nv);
        fixed (double* p = jacp, r = jacr)
            Call(function, (nint)p, (nint)r, id);
    }

    private void Call(nint function, nint a2 = 0, nint a3 = 0, nint a4 = 0, nint a5 = 0)
    {
        Guard.Call(function, (nint)Model.Pointer, (nint)Pointer, a2, a3, a4, a5);
        GC.KeepAlive(this);
    }

    // MuJoCo's functions take pointers without lengths, so lengths and ids are checked here.
    private static void HasLength(ReadOnlySpan<double> span, int length)
    {
        if (span.Length != length)
            throw new ArgumentException($"needs {length} numbers, got {span.Length}");
    }

    private static void OptionalLength(ReadOnlySpan<double> span, int length)
    {
        if (!span.IsEmpty)
            HasLength(span, length);
    }

    private static void InRange(int id, int count)
    {
        if ((uint)id >= (uint)count)
            throw new ArgumentOutOfRangeException(nameof(id), id, $"expected 0 <= id < {count}");
    }
}
