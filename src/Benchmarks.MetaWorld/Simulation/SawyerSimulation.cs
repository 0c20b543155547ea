using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.MetaWorld.Simulation;

/// <summary>
/// The simulation of a task: a Sawyer arm at a table, the task's objects, and the mocap body that drags the hand (metaworld
/// 3.0.0, <c>sawyer_xyz_env.py</c>). What handles read is the result of the last kinematics pass: after a step, the state
/// before its last integration; after an edit of the model, the state before the edit. Meta-World's numbers depend on that.
/// </summary>
internal sealed class SawyerSimulation : IDisposable
{
    /// <summary>MuJoCo steps per step of the environment.</summary>
    public const int FrameSkip = 5;

    private const int WeldData = 11;
    private readonly int _leftPadGeom;
    private readonly int _rightPadGeom;

    /// <summary>Makes the simulation.</summary>
    /// <param name="model">A model as compiled; the simulation edits it and disposes of it.</param>
    public SawyerSimulation(MjModel model)
    {
        Model = model;
        Data = new MjData(model);
        Data.Forward();

        // Upstream's reset_mocap_welds. The hand's weld to the mocap body has no offset, is rotated by the quaternion -1, and
        // weighs rotation five times.
        ReadOnlySpan<double> weld = [0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 5];
        for (int i = 0; i < model.neq; i++)
        {
            if (model.eq_type[i] == (int)mjtEq.mjEQ_WELD)
                weld.CopyTo(model.eq_data.Slice(WeldData * i, WeldData));
        }

        Data.Forward();
        Hand = Data.Body("hand");
        LeftPad = Data.Body("leftpad");
        RightPad = Data.Body("rightpad");
        LeftClaw = Data.Body("leftclaw");
        RightClaw = Data.Body("rightclaw");
        LeftFinger = Data.Site("leftEndEffector");
        RightFinger = Data.Site("rightEndEffector");
        _leftPadGeom = Data.Geom("leftpad_geom").Id;
        _rightPadGeom = Data.Geom("rightpad_geom").Id;
    }

    public MjModel Model { get; }

    public MjData Data { get; }

    public Body Hand { get; }

    public Body LeftPad { get; }

    public Body RightPad { get; }

    public Body LeftClaw { get; }

    public Body RightClaw { get; }

    public Site LeftFinger { get; }

    public Site RightFinger { get; }

    /// <summary>The point between the fingertips (upstream: <c>tcp_center</c>), metres.</summary>
    public Vec3 Tcp => (RightFinger.Position + LeftFinger.Position) / 2;

    /// <summary>How far the fingers are open, 0 to 1 (upstream: <c>gripper_distance_apart</c>).</summary>
    public double Opening => Math.Clamp(Vec3.Distance(RightClaw.Position, LeftClaw.Position) / 0.1, 0, 1);

    /// <summary>Moves the mocap body, with the hand pointing down.</summary>
    public void MoveMocap(Vec3 position)
    {
        position.CopyTo(Data.mocap_pos);

        // Not normalized: MuJoCo does that when it uses the quaternion.
        ReadOnlySpan<double> down = [1, 0, 1, 0];
        down.CopyTo(Data.mocap_quat);
    }

    /// <summary>A step of the environment: five steps of MuJoCo with the same finger command.</summary>
    public void Simulate(double rightFinger, double leftFinger)
    {
        Data.ctrl[0] = rightFinger;
        Data.ctrl[1] = leftFinger;
        Data.Step(FrameSkip);
        Data.RnePostConstraint();
    }

    /// <summary>Moves the hand to a task's start in 50 steps, with open fingers (upstream: <c>_reset_hand</c>).</summary>
    public void ResetHand(Vec3 position)
    {
        for (int i = 0; i < 50; i++)
        {
            MoveMocap(position);
            Simulate(-1, 1);
        }
    }

    /// <summary>
    /// Sets the position of an object in <c>qpos</c>, sets its velocities to 0, and makes a forward pass (upstream:
    /// <c>_set_obj_xyz</c>).
    /// </summary>
    public void SetObject(Vec3 position, int qpos = 9, int firstDof = 9, int dofs = 6)
    {
        position.CopyTo(Data.qpos.Slice(qpos, 3));
        Data.qvel.Slice(firstDof, dofs).Clear();
        Data.Forward();
    }

    /// <summary>Sets one number of <c>qpos</c>, sets its velocity to 0, and makes a forward pass.</summary>
    public void SetJoint(double position, int qpos = 9, int dof = 9)
    {
        Data.qpos[qpos] = position;
        Data.qvel[dof] = 0;
        Data.Forward();
    }

    /// <summary>
    /// Whether both finger pads press on a geom, by the forces of the last constraint solution (upstream:
    /// <c>touching_object</c>).
    /// </summary>
    public bool IsGrasping(Geom geom)
    {
        double left = 0, right = 0;
        ReadOnlySpan<double> forces = Data.efc_force;
        foreach (ref readonly MjContact contact in Data.contact)
        {
            // A contact inside its gap has no force.
            if (contact.efc_address < 0)
                continue;
            int other =
                contact.geom[0] == geom.Id ? contact.geom[1]
                : contact.geom[1] == geom.Id ? contact.geom[0]
                : -1;
            if (other == _leftPadGeom)
                left += forces[contact.efc_address];
            else if (other == _rightPadGeom)
                right += forces[contact.efc_address];
        }

        return left > 0 && right > 0;
    }

    public void Dispose()
    {
        Data.Dispose();
        Model.Dispose();
    }
}
