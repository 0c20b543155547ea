using MuJoCo;

namespace Benchmarks.MetaWorld.Simulation;

/// <summary>
/// A Sawyer arm at a table, with the objects of a task: model, data, and the hand that a mocap body drags along. Reads
/// are what the last kinematics pass left: after a step, the state before its last integration; after an edit of the
/// model, the state before the edit. Meta-World's numbers depend on that.
/// </summary>
internal sealed class SawyerWorld : IDisposable
{
    /// <summary>MuJoCo steps in a step of the environment.</summary>
    public const int FrameSkip = 5;

    private const int WeldData = 11;
    private readonly int _leftPadGeom;
    private readonly int _rightPadGeom;

    /// <summary>Takes over a freshly loaded model.</summary>
    public SawyerWorld(MjModel model)
    {
        Model = model;
        Data = new MjData(model);
        Data.Forward();

        // The hand's weld to the mocap body: no offset, turned by the quaternion -1, and rotation weighted five times.
        ReadOnlySpan<double> weld = [0, 0, 0, 0, 0, 0, -1, 0, 0, 0, 5];
        for (int i = 0; i < model.neq; i++)
        {
            if (model.eq_type[i] == (int)mjtEq.mjEQ_WELD)
                weld.CopyTo(model.eq_data.Slice(WeldData * i, WeldData));
        }

        Data.Forward();
        Hand = Body("hand");
        LeftPad = Body("leftpad");
        RightPad = Body("rightpad");
        LeftClaw = Body("leftclaw");
        RightClaw = Body("rightclaw");
        LeftFinger = Site("leftEndEffector");
        RightFinger = Site("rightEndEffector");
        _leftPadGeom = Geom("leftpad_geom").Id;
        _rightPadGeom = Geom("rightpad_geom").Id;
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

    /// <summary>The point between the fingertips.</summary>
    public Vec3 Tcp => (RightFinger.Position + LeftFinger.Position) / 2;

    /// <summary>How far the fingers are open, 0 to 1.</summary>
    public double Opening => Math.Clamp(Vec3.Distance(RightClaw.Position, LeftClaw.Position) / 0.1, 0, 1);

    /// <summary>What MuJoCo warned of since the last reset, or null.</summary>
    public string? Warning => Enum.GetValues<mjtWarning>()
        .Where(kind => kind < mjtWarning.mjNWARNING)
        .Select(kind => Data.WarningText(kind))
        .FirstOrDefault(text => text is not null);

    public Body Body(string name) => new(this, Model.Id(mjtObj.mjOBJ_BODY, name));

    public Site Site(string name) => new(this, Model.Id(mjtObj.mjOBJ_SITE, name));

    public Geom Geom(string name) => new(this, Model.Id(mjtObj.mjOBJ_GEOM, name));

    public Joint Joint(string name) => new(this, Model.Id(mjtObj.mjOBJ_JOINT, name));

    /// <summary>Puts the mocap body somewhere, pointing down.</summary>
    public void MoveMocap(Vec3 position)
    {
        position.CopyTo(Data.mocap_pos);
        // Not of length 1: MuJoCo normalises it when it is used.
        ReadOnlySpan<double> down = [1, 0, 1, 0];
        down.CopyTo(Data.mocap_quat);
    }

    /// <summary>A step of the environment: five of MuJoCo with the same finger command.</summary>
    public void Simulate(double rightFinger, double leftFinger)
    {
        Data.ctrl[0] = rightFinger;
        Data.ctrl[1] = leftFinger;
        Data.Step(FrameSkip);
        Data.RnePostConstraint();
    }

    /// <summary>Moves the hand where a task begins: 50 steps, fingers open.</summary>
    public void ResetHand(Vec3 position)
    {
        for (int i = 0; i < 50; i++)
        {
            MoveMocap(position);
            Simulate(-1, 1);
        }
    }

    /// <summary>Changes the position of an object in qpos, stops its joint, and computes everything anew.</summary>
    public void SetObject(Vec3 position, int qpos = 9, int firstDof = 9, int dofs = 6)
    {
        position.CopyTo(Data.qpos.Slice(qpos, 3));
        Data.qvel.Slice(firstDof, dofs).Clear();
        Data.Forward();
    }

    /// <summary>Changes one number of qpos, stops its joint, and computes everything anew.</summary>
    public void SetJoint(double position, int qpos = 9, int dof = 9)
    {
        Data.qpos[qpos] = position;
        Data.qvel[dof] = 0;
        Data.Forward();
    }

    /// <summary>Whether both finger pads press on a geom, by the forces of the last constraint solution.</summary>
    public bool Touching(Geom geom)
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
