using System.Runtime.InteropServices;
using MuJoCo.Native;

namespace MuJoCo;

/// <summary>
/// The state of a world and all that is computed from it. Every field of <c>mjData</c> is a member of the same name;
/// arrays are spans over MuJoCo's memory, row-major, with the shape their documentation gives. What is computed holds
/// the values of the last computation, as in MuJoCo: after a step, positions of bodies are those before its
/// integration.
/// </summary>
/// <remarks>
/// Used by one thread at a time. Nothing here allocates, but for the constructor and <see cref="Copy"/>.
/// </remarks>
public sealed unsafe partial class MjData : IDisposable
{
    private readonly DataHandle _handle = new();
    private readonly byte* _pointer;

    /// <summary>Makes the data of a model, in its initial state.</summary>
    public MjData(MjModel model)
    {
        ArgumentNullException.ThrowIfNull(model);
        Model = model;
        _pointer = (byte*)Guard.Call(Api.mj_makeData, (nint)model.Pointer);
        if (_pointer is null)
            throw new MujocoException("MuJoCo cannot allocate the model's data");
        _handle.Own((nint)_pointer);
    }

    private MjData(MjModel model, nint data)
    {
        Model = model;
        _pointer = (byte*)data;
        _handle.Own(data);
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
    /// <exception cref="MujocoException">MuJoCo reported an error; <see cref="Reset"/> before going on.</exception>
    public void Step() => Call(Api.mj_step);

    /// <summary>Advances the simulation by a number of time steps.</summary>
    public void Step(int count)
    {
        for (int i = 0; i < count; i++)
            Call(Api.mj_step);
    }

    /// <summary>The part of a step before the control is set (<c>mj_step1</c>).</summary>
    public void Step1() => Call(Api.mj_step1);

    /// <summary>The part of a step after the control is set (<c>mj_step2</c>).</summary>
    public void Step2() => Call(Api.mj_step2);

    /// <summary>Computes everything from the state, without advancing it (<c>mj_forward</c>).</summary>
    public void Forward() => Call(Api.mj_forward);

    /// <summary>Inverse dynamics: the forces that cause <see cref="qacc"/> (<c>mj_inverse</c>).</summary>
    public void Inverse() => Call(Api.mj_inverse);

    /// <summary>Positions and orientations from <see cref="qpos"/> (<c>mj_kinematics</c>).</summary>
    public void Kinematics() => Call(Api.mj_kinematics);

    /// <summary>Quantities of centres of mass (<c>mj_comPos</c>).</summary>
    public void ComPos() => Call(Api.mj_comPos);

    /// <summary>Poses of cameras and lights (<c>mj_camlight</c>).</summary>
    public void CamLight() => Call(Api.mj_camlight);

    /// <summary>All that depends on positions only (<c>mj_fwdPosition</c>).</summary>
    public void ForwardPosition() => Call(Api.mj_fwdPosition);

    /// <summary>All that depends on velocities (<c>mj_fwdVelocity</c>).</summary>
    public void ForwardVelocity() => Call(Api.mj_fwdVelocity);

    /// <summary>Contacts (<c>mj_collision</c>).</summary>
    public void Collision() => Call(Api.mj_collision);

    /// <summary>
    /// Accelerations and interaction forces of bodies, after the solver (<c>mj_rnePostConstraint</c>).
    /// </summary>
    public void RnePostConstraint() => Call(Api.mj_rnePostConstraint);

    /// <summary>Velocities and momenta of subtrees (<c>mj_subtreeVel</c>).</summary>
    public void SubtreeVel() => Call(Api.mj_subtreeVel);

    /// <summary>Back to the model's initial state (<c>mj_resetData</c>).</summary>
    public void Reset() => Call(Api.mj_resetData);

    /// <summary>To one of the model's stored states (<c>mj_resetDataKeyframe</c>).</summary>
    /// <exception cref="ArgumentOutOfRangeException">The model has no such keyframe.</exception>
    public void ResetKeyframe(int key)
    {
        InRange(key, Model.nkey);
        Call(Api.mj_resetDataKeyframe, key);
    }

    /// <summary>Reads parts of the state, in the order of their bits (<c>mj_getState</c>).</summary>
    /// <param name="state">As long as <see cref="MjModel.StateSize"/> says.</param>
    /// <param name="parts">Which parts.</param>
    public void GetState(Span<double> state, mjtState parts)
    {
        HasLength(state, Model.StateSize(parts));
        fixed (double* s = state)
            Call(Api.mj_getState, (nint)s, (nint)parts);
    }

    /// <summary>Writes parts of the state, and computes nothing (<c>mj_setState</c>).</summary>
    /// <param name="state">As long as <see cref="MjModel.StateSize"/> says.</param>
    /// <param name="parts">Which parts.</param>
    public void SetState(ReadOnlySpan<double> state, mjtState parts)
    {
        HasLength(state, Model.StateSize(parts));
        fixed (double* s = state)
            Call(Api.mj_setState, (nint)s, (nint)parts);
    }

    /// <summary>Copies everything into the data of an equal model (<c>mj_copyData</c>).</summary>
    public void CopyTo(MjData destination)
    {
        ArgumentNullException.ThrowIfNull(destination);
        Guard.Call(Api.mj_copyData, (nint)destination.Pointer, (nint)Model.Pointer, (nint)Pointer);
        GC.KeepAlive(destination);
        GC.KeepAlive(this);
    }

    /// <summary>An independent copy.</summary>
    public MjData Copy()
    {
        nint copy = Guard.Call(Api.mj_copyData, 0, (nint)Model.Pointer, (nint)Pointer);
        GC.KeepAlive(this);
        return new MjData(Model, copy);
    }

    /// <summary>The force of a contact in its frame: normal and tangential forces, then torques.</summary>
    /// <param name="contact">Its position in <see cref="contact"/>.</param>
    /// <param name="force">6 numbers.</param>
    public void ContactForce(int contact, Span<double> force)
    {
        InRange(contact, ncon);
        HasLength(force, 6);
        fixed (double* f = force)
            Call(Api.mj_contactForce, contact, (nint)f);
    }

    /// <summary>Jacobians of a body's frame.</summary>
    /// <param name="jacp">Of the position, 3 x nv; may be empty.</param>
    /// <param name="jacr">Of the rotation, 3 x nv; may be empty.</param>
    /// <param name="body">The body's number.</param>
    public void JacBody(Span<double> jacp, Span<double> jacr, int body) =>
        Jacobian(Api.mj_jacBody, jacp, jacr, body, Model.nbody);

    /// <summary>Jacobians of a body's centre of mass; parameters as <see cref="JacBody"/>.</summary>
    public void JacBodyCom(Span<double> jacp, Span<double> jacr, int body) =>
        Jacobian(Api.mj_jacBodyCom, jacp, jacr, body, Model.nbody);

    /// <summary>Jacobians of a geom's frame; parameters as <see cref="JacBody"/>.</summary>
    public void JacGeom(Span<double> jacp, Span<double> jacr, int geom) =>
        Jacobian(Api.mj_jacGeom, jacp, jacr, geom, Model.ngeom);

    /// <summary>Jacobians of a site's frame; parameters as <see cref="JacBody"/>.</summary>
    public void JacSite(Span<double> jacp, Span<double> jacr, int site) =>
        Jacobian(Api.mj_jacSite, jacp, jacr, site, Model.nsite);

    /// <summary>Jacobians of a point, given in world coordinates, that moves with a body.</summary>
    public void Jac(Span<double> jacp, Span<double> jacr, ReadOnlySpan<double> point, int body)
    {
        InRange(body, Model.nbody);
        HasLength(point, 3);
        OptionalLength(jacp, 3 * Model.nv);
        OptionalLength(jacr, 3 * Model.nv);
        fixed (double* p = jacp, r = jacr, at = point)
            Call(Api.mj_jac, (nint)p, (nint)r, (nint)at, body);
    }

    /// <summary>The joint-space inertia matrix as a full one (<c>mj_fullM</c>).</summary>
    /// <param name="matrix">nv x nv.</param>
    public void FullM(Span<double> matrix)
    {
        HasLength(matrix, Model.nv * Model.nv);
        fixed (double* m = matrix, sparse = qM)
            Guard.Call(Api.mj_fullM, (nint)Model.Pointer, (nint)m, (nint)sparse);
        GC.KeepAlive(this);
    }

    /// <summary>Multiplies a vector by the inertia matrix (<c>mj_mulM</c>).</summary>
    /// <param name="result">nv.</param>
    /// <param name="vector">nv.</param>
    public void MulM(Span<double> result, ReadOnlySpan<double> vector)
    {
        HasLength(result, Model.nv);
        HasLength(vector, Model.nv);
        fixed (double* r = result, v = vector)
            Call(Api.mj_mulM, (nint)r, (nint)v);
    }

    /// <summary>Solves M x = y for each row of <paramref name="y"/> (<c>mj_solveM</c>).</summary>
    /// <param name="x">n x nv.</param>
    /// <param name="y">n x nv.</param>
    public void SolveM(Span<double> x, ReadOnlySpan<double> y)
    {
        HasLength(x, y.Length);
        if (Model.nv == 0 || y.Length % Model.nv != 0)
            throw new ArgumentException($"needs a multiple of nv = {Model.nv} numbers, got {y.Length}", nameof(y));
        fixed (double* px = x, py = y)
            Call(Api.mj_solveM, (nint)px, (nint)py, y.Length / Model.nv);
    }

    /// <summary>The velocity of an object: rotational, then linear.</summary>
    /// <param name="type">A body, geom, site or camera.</param>
    /// <param name="id">Its number.</param>
    /// <param name="velocity">6 numbers.</param>
    /// <param name="local">In the object's frame instead of the world's.</param>
    public void ObjectVelocity(mjtObj type, int id, Span<double> velocity, bool local = false)
    {
        HasLength(velocity, 6);
        InRange(id, Count(type));
        fixed (double* v = velocity)
            Call(Api.mj_objectVelocity, (nint)type, id, (nint)v, local ? 1 : 0);
    }

    /// <summary>The acceleration of an object; parameters as <see cref="ObjectVelocity"/>.</summary>
    public void ObjectAcceleration(mjtObj type, int id, Span<double> acceleration, bool local = false)
    {
        HasLength(acceleration, 6);
        InRange(id, Count(type));
        fixed (double* a = acceleration)
            Call(Api.mj_objectAcceleration, (nint)type, id, (nint)a, local ? 1 : 0);
    }

    /// <summary>
    /// Adds to <paramref name="generalized"/> the joint forces of a force and a torque on a body (<c>mj_applyFT</c>).
    /// </summary>
    /// <param name="force">3 numbers, world frame.</param>
    /// <param name="torque">3 numbers, world frame.</param>
    /// <param name="point">Where the force acts, world frame.</param>
    /// <param name="body">The body's number.</param>
    /// <param name="generalized">nv numbers that are added to.</param>
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
    /// MuJoCo's text of a kind of warning that was raised since the last <see cref="Reset"/>, or null where it was not
    /// (<c>mju_warningText</c>).
    /// </summary>
    public string? WarningText(mjtWarning kind)
    {
        InRange((int)kind, warning.Length);
        ref MjWarningStat stat = ref warning[(int)kind];
        return stat.number == 0
            ? null
            : Marshal.PtrToStringUTF8(Guard.Call(Api.mju_warningText, (nint)kind, stat.lastinfo));
    }

    /// <inheritdoc/>
    public void Dispose() => _handle.Dispose();

    private int Count(mjtObj type) => type switch
    {
        mjtObj.mjOBJ_BODY or mjtObj.mjOBJ_XBODY => Model.nbody,
        mjtObj.mjOBJ_GEOM => Model.ngeom,
        mjtObj.mjOBJ_SITE => Model.nsite,
        mjtObj.mjOBJ_CAMERA => Model.ncam,
        _ => throw new ArgumentException($"{type} has no frame", nameof(type)),
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

    // MuJoCo takes bare pointers and does not check them, so lengths and numbers are checked here.
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
            throw new ArgumentOutOfRangeException(nameof(id), id, $"the model has {count}");
    }
}
