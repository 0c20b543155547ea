using Benchmarks.Libero.Control;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Simulation;

/// <summary>
/// The simulation of a task: a Panda arm under operational space control among the task's objects (robosuite 1.4.0,
/// <c>environments/base.py</c>, <c>environments/robot_env.py</c>; LIBERO, <c>envs/bddl_base_domain.py</c>).
/// </summary>
/// <remarks>
/// <para>A reset is: <see cref="Reset"/>, <see cref="SetFixturePose"/> for each fixture, <see cref="SetInitState"/> (or the
/// objects' sampled poses and <see cref="BeginFromSampledState"/>), <see cref="Settle"/>. An episode is determined by the
/// fixtures' poses, the initial state and the actions; no trace of earlier episodes is left.</para>
/// <para>A control step has 25 sub-steps of 2 ms. In each, MuJoCo computes everything that depends on the state
/// (<c>mj_step1</c>), the controller sets torques from that, and MuJoCo integrates (<c>mj_step2</c>). The original computes all
/// of the first part twice (<c>mj_forward</c>, then <c>mj_step</c>), with the same bits: nothing changes the state in between,
/// and <c>mj_forward</c> leaves no trace in <c>qacc_warmstart</c>.</para>
/// <para>After a step, <c>qpos</c> and <c>qvel</c> are the new ones, but all that is computed from them (<c>xpos</c>,
/// contacts, ...) belongs to the state before the last sub-step. Predicates use them as they are.</para>
/// </remarks>
internal sealed class LiberoSimulation : IDisposable
{
    /// <summary>The MuJoCo steps of a control step.</summary>
    public const int SubSteps = 25;

    /// <summary>The control steps after a reset in which objects come to rest.</summary>
    public const int SettleSteps = 10;

    /// <summary>The length of an action: six numbers for the hand, one for the gripper.</summary>
    public const int ActionLength = 7;

    // An observable samples when 50 ms have passed since the last time. The updates that a reset forces count as sub-steps:
    // one at the end of the reset, one after an initial state is set.
    private const int SampledSubStep = 24, SampledSubStepWithoutInitState = 25;

    private static readonly double[] SettleAction = [0, 0, 0, 0, 0, 0, -1];

    private readonly ControlMode _mode;
    private readonly Robot _robot;
    private readonly Burners _burners;
    private GripperCommand _gripper;
    private int _sampledSubStep = SampledSubStep;

    /// <summary>Makes the simulation; it must be reset before it is stepped.</summary>
    /// <param name="model">
    /// A model of the simulation's own: fixtures' poses differ between episodes. The simulation disposes of it.
    /// </param>
    /// <param name="mode">What the actions after the settling mean.</param>
    public LiberoSimulation(MjModel model, ControlMode mode = ControlMode.Relative)
    {
        Model = model;
        _mode = mode;
        LiberoCamera.HideSites(model);

        // Force and torque sensors at the wrist are not observed; they cost a pass over all bodies at each sub-step.
        model.opt.disableflags |= (int)mjtDisableBit.mjDSBL_SENSOR;
        Data = new MjData(model);
        _robot = new Robot(model);
        _burners = new Burners(Data);
        Observables = new Observables(Data, _robot, _burners);

        // The original makes a controller at each reset, when only the arm is at its start. What it reads then depends on
        // nothing that differs between episodes.
        Robot.StartQpos.CopyTo(Data.qpos[_robot.Qpos..]);
        Data.Forward();
        Controller = new OscPoseController(Data, _robot);
    }

    /// <summary>The model. Its fixtures' poses change with the episode.</summary>
    public MjModel Model { get; }

    /// <summary>The state, and what was last computed from it.</summary>
    public MjData Data { get; }

    /// <summary>The arm's controller.</summary>
    public OscPoseController Controller { get; }

    /// <summary>The sample of the last control step.</summary>
    public Observables Observables { get; }

    /// <summary>
    /// The orientation of the grip site, [3, 3], at the beginning of the last sub-step: LIBERO reads it from the controller, not
    /// from the sample.
    /// </summary>
    public ReadOnlySpan<double> EefMatrix => Controller.Arm.Rotation;

    /// <summary>Which stoves' burners are lit, in the order of their sites.</summary>
    public ReadOnlySpan<bool> LitBurners => _burners.Lit;

    /// <summary>The command of the gripper.</summary>
    public GripperCommand Gripper => _gripper;

    /// <summary>
    /// Begins a reset: the model's initial state, the robot at its start, a new controller and gripper. The poses of fixtures stay
    /// as they are. Makes no forward pass.
    /// </summary>
    public void Reset()
    {
        Data.Reset();
        Robot.StartQpos.CopyTo(Data.qpos[_robot.Qpos..]);
        Robot.StartFingerQpos.CopyTo(Data.qpos[_robot.FingerQpos..]);
        Controller.Restart();
        _gripper = default;
        _burners.Clear();
    }

    /// <summary>Moves a fixture, in the model. Effective from the next forward pass.</summary>
    /// <param name="body">Its root body.</param>
    /// <param name="position">Metres, world frame.</param>
    /// <param name="orientation">World frame.</param>
    /// <exception cref="KeyNotFoundException">The model has no body of that name.</exception>
    public void SetFixturePose(string body, Vec3 position, Quat orientation)
    {
        int id = Model.Id(mjtObj.mjOBJ_BODY, body);
        position.CopyTo(Model.body_pos.Slice(3 * id, 3));
        orientation.CopyTo(Model.body_quat.Slice(4 * id, 4));
    }

    /// <summary>Moves an object. Effective from the next forward pass.</summary>
    /// <param name="freeJoint">Its free joint.</param>
    /// <param name="position">Metres, world frame.</param>
    /// <param name="orientation">World frame.</param>
    /// <exception cref="KeyNotFoundException">The model has no joint of that name.</exception>
    public void SetObjectPose(string freeJoint, Vec3 position, Quat orientation)
    {
        int address = Data.Joint(freeJoint).QposAddress;
        position.CopyTo(Data.qpos.Slice(address, 3));
        orientation.CopyTo(Data.qpos.Slice(address + 3, 4));
    }

    /// <summary>Sets the position of a hinge or slide. Effective from the next forward pass.</summary>
    /// <param name="joint">The joint.</param>
    /// <param name="position">Radians or metres.</param>
    /// <exception cref="KeyNotFoundException">The model has no joint of that name.</exception>
    public void SetJoint(string joint, double position) => Data.qpos[Data.Joint(joint).QposAddress] = position;

    /// <summary>Sets an initial state and makes a forward pass.</summary>
    /// <param name="row">Time, <c>qpos [nq]</c>, <c>qvel [nv]</c>: a row of a task's <c>.pruned_init</c> file.</param>
    /// <exception cref="ArgumentException">The row has another length.</exception>
    public void SetInitState(ReadOnlySpan<double> row)
    {
        if (row.Length != 1 + Model.nq + Model.nv)
            throw new ArgumentException($"an initial state of this model has {1 + Model.nq + Model.nv} numbers, got {row.Length}", nameof(row));
        Data.time = row[0];
        row.Slice(1, Model.nq).CopyTo(Data.qpos);
        row[(1 + Model.nq)..].CopyTo(Data.qvel);
        Begin(SampledSubStep);
    }

    /// <summary>Begins with the state as it stands, without an initial state, and makes a forward pass.</summary>
    public void BeginFromSampledState() => Begin(SampledSubStepWithoutInitState);

    /// <summary>
    /// Makes everything follow from a <c>qpos</c> and <c>qvel</c> that were set during an episode: a forward pass and a sample.
    /// </summary>
    public void Refresh()
    {
        Data.Forward();
        _burners.Update();
        Observables.Sample();
    }

    /// <summary>The ten control steps after a reset, with open gripper. Actions mean <see cref="ControlMode.Relative"/> here.</summary>
    public void Settle()
    {
        Controller.Mode = ControlMode.Relative;
        for (int i = 0; i < SettleSteps; i++)
            Step(SettleAction);
        Controller.Mode = _mode;
    }

    /// <summary>A control step. Allocates nothing.</summary>
    /// <param name="action">
    /// 7 numbers: the goal of the hand as the controller's mode defines it, and the gripper: positive closes, negative opens.
    /// </param>
    public void Step(ReadOnlySpan<double> action)
    {
        for (int subStep = 1; subStep <= SubSteps; subStep++)
        {
            Data.Step1();
            Control(action, setsGoal: subStep == 1);
            Data.Step2();
            if (subStep == _sampledSubStep)
                Observables.Sample();
        }

        _burners.Update();
    }

    /// <summary>Sets the controls of a sub-step, after a forward pass.</summary>
    /// <param name="action">The action of the control step.</param>
    /// <param name="setsGoal">Whether this is the control step's first sub-step.</param>
    internal void Control(ReadOnlySpan<double> action, bool setsGoal)
    {
        if (setsGoal)
            Controller.SetGoal(action[..6]);
        Span<double> ctrl = Data.ctrl;
        var torques = ctrl.Slice(_robot.Motor, Robot.Joints);
        Controller.ComputeTorques(torques);
        ReadOnlySpan<double> range = Model.actuator_ctrlrange;
        for (int i = 0; i < Robot.Joints; i++)
        {
            int motor = 2 * (_robot.Motor + i);
            torques[i] = Math.Min(Math.Max(torques[i], range[motor]), range[motor + 1]);
        }

        _gripper.Move(action[6]);
        SetFinger(_robot.FingerActuator, _gripper.Left);
        SetFinger(_robot.FingerActuator + 1, _gripper.Right);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        Data.Dispose();
        Model.Dispose();
    }

    private void Begin(int sampledSubStep)
    {
        _sampledSubStep = sampledSubStep;
        Refresh();
    }

    /// <summary>Scales a command in [-1, 1] to the range of a finger's actuator.</summary>
    private void SetFinger(int actuator, double command)
    {
        double low = Model.actuator_ctrlrange[2 * actuator], high = Model.actuator_ctrlrange[2 * actuator + 1];
        Data.ctrl[actuator] = 0.5 * (high + low) + 0.5 * (high - low) * command;
    }
}
