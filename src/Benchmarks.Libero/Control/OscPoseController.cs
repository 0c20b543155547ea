using MuJoCo;

namespace Benchmarks.Libero.Control;

/// <summary>
/// Operational space control of the hand's pose (<c>OSC_POSE</c>; robosuite 1.4.0, <c>controllers/osc.py</c>): a spring and a
/// damper pull the grip site to a goal, position and orientation uncoupled, and the arm's redundant degree of freedom to the
/// joint positions at the reset.
/// </summary>
/// <remarks>
/// It works with copies of the simulation's quantities, which it takes once per sub-step: in <see cref="SetGoal"/> at a control
/// step's first sub-step, in <see cref="ComputeTorques"/> at the others. The first sub-step after a reset is an exception: it
/// uses the copies of the controller's creation, when the arm stands at its start and the initial state is not yet set. Gravity
/// compensation is always current. The original takes the pseudo-inverse of the inertia matrices; they are regular, so this is
/// their inverse.
/// </remarks>
internal sealed class OscPoseController
{
    private const double Stiffness = 150, NullspaceStiffness = 10;
    private const double MaxDisplacement = 0.05, MaxRotation = 0.5;
    private const int Joints = Robot.Joints;

    private static readonly double Damping = 2 * Math.Sqrt(Stiffness);
    private static readonly double NullspaceDamping = 2 * Math.Sqrt(NullspaceStiffness);

    private readonly MjData _data;
    private readonly Robot _robot;
    private readonly ArmState _created;
    private readonly double[] _goalPosition = new double[3];
    private readonly double[] _goalRotation = new double[9];
    private bool _outdated;

    /// <summary>Makes the controller of an arm that stands at its start, after a forward pass.</summary>
    /// <param name="data">The simulation.</param>
    /// <param name="robot">Where the robot is in it.</param>
    public OscPoseController(MjData data, Robot robot)
    {
        _data = data;
        _robot = robot;
        _created = new ArmState(data, robot);
        _created.Read();
        Arm = new ArmState(data, robot);
        Restart();
    }

    /// <summary>What goals mean.</summary>
    public ControlMode Mode { get; set; }

    /// <summary>Whether the numbers of an action are float64; a policy's are float32. It counts in <see cref="ControlMode.Absolute"/>.</summary>
    public bool HasFloat64Actions { get; set; }

    /// <summary>The controller's copies of the simulation's quantities.</summary>
    public ArmState Arm { get; }

    /// <summary>The position that the grip site is pulled to, metres, world frame.</summary>
    public ReadOnlySpan<double> GoalPosition => _goalPosition;

    /// <summary>The orientation that the grip site is pulled to, [3, 3], world frame.</summary>
    public ReadOnlySpan<double> GoalRotation => _goalRotation;

    /// <summary>J M^-1 J^T, inverted: the inertia that the grip site feels, [6, 6].</summary>
    public double[] Inertia { get; } = new double[36];

    /// <summary>The inertia of its position alone, [3, 3].</summary>
    public double[] PositionInertia { get; } = new double[9];

    /// <summary>The inertia of its rotation alone, [3, 3].</summary>
    public double[] RotationInertia { get; } = new double[9];

    /// <summary>The projection of joint velocities to those that do not move the hand, [7, 7].</summary>
    public double[] Nullspace { get; } = new double[Joints * Joints];

    /// <summary>The state after the controller's creation; what a reset does.</summary>
    public void Restart()
    {
        Arm.CopyFrom(_created);
        _created.Position.CopyTo(_goalPosition, 0);
        _created.Rotation.CopyTo(_goalRotation, 0);
        _outdated = false;
        Mode = ControlMode.Relative;
    }

    /// <summary>Sets the goal. In relative mode, an action without rotation leaves the goal's orientation as it was.</summary>
    /// <param name="action">6 numbers, as <see cref="Mode"/> defines them.</param>
    public void SetGoal(ReadOnlySpan<double> action)
    {
        Update();
        Span<double> rotation = stackalloc double[9];
        if (Mode == ControlMode.Absolute)
        {
            // As given: numpy computes the rotation in the type of the action's numbers.
            action[..3].CopyTo(_goalPosition);
            Rotation.ToMatrix(HasFloat64Actions ? Rotation.FromAxisAngle(action[3..]) : Rotation.FromAxisAngleFloat32(action[3..]), _goalRotation);
            return;
        }

        Span<double> vector = stackalloc double[3];
        for (int i = 0; i < 3; i++)
        {
            _goalPosition[i] = Arm.Position[i] + Math.Clamp(action[i], -1, 1) * MaxDisplacement;
            vector[i] = Math.Clamp(action[3 + i], -1, 1) * MaxRotation;
        }

        if (vector.ContainsAnyExcept(0))
        {
            Rotation.ToMatrix(Rotation.FromAxisAngle(vector), rotation);
            Dense.Multiply(rotation, Arm.Rotation, _goalRotation, 3);
        }
    }

    /// <summary>The torques that pull the hand to the goal.</summary>
    /// <param name="torques">Receives 7 numbers, N m, not limited.</param>
    public void ComputeTorques(Span<double> torques)
    {
        Update();
        _outdated = true;

        Span<double> inverseMass = stackalloc double[Joints * Joints];
        Span<double> jacobianInverseMass = stackalloc double[6 * Joints];
        Span<double> mobility = stackalloc double[36], block = stackalloc double[9];
        Dense.Invert(Arm.MassMatrix, inverseMass, Joints);
        Dense.Multiply(Arm.Jacobian, inverseMass, jacobianInverseMass, Joints);
        Dense.MultiplyTransposed(jacobianInverseMass, Arm.Jacobian, mobility, Joints);
        Dense.Invert(mobility, Inertia, 6);
        Dense.Block(mobility, 6, 0, block, 3);
        Dense.Invert(block, PositionInertia, 3);
        Dense.Block(mobility, 6, 3, block, 3);
        Dense.Invert(block, RotationInertia, 3);

        Span<double> pull = stackalloc double[3], wrench = stackalloc double[6];
        Span<double> error = stackalloc double[3];
        for (int i = 0; i < 3; i++)
            pull[i] = Stiffness * (_goalPosition[i] - Arm.Position[i]) - Damping * Arm.LinearVelocity[i];
        Dense.Multiply(PositionInertia, pull, wrench[..3], 3);
        OrientationError(Arm.Rotation, _goalRotation, error);
        for (int i = 0; i < 3; i++)
            pull[i] = Stiffness * error[i] - Damping * Arm.AngularVelocity[i];
        Dense.Multiply(RotationInertia, pull, wrench[3..], 3);
        Dense.TransposeMultiply(Arm.Jacobian, wrench, torques);

        ReadOnlySpan<double> bias = _data.qfrc_bias.Slice(_robot.Dof, Joints);
        for (int i = 0; i < Joints; i++)
            torques[i] += bias[i];

        AddNullspaceTorques(inverseMass, torques);
    }

    /// <summary>The rotation from one orientation to another as a vector: half the sum of the axes' cross products.</summary>
    private static void OrientationError(ReadOnlySpan<double> from, ReadOnlySpan<double> to, Span<double> error)
    {
        error.Clear();
        for (int axis = 0; axis < 3; axis++)
        {
            double fx = from[axis], fy = from[3 + axis], fz = from[6 + axis];
            double tx = to[axis], ty = to[3 + axis], tz = to[6 + axis];
            error[0] += fy * tz - fz * ty;
            error[1] += fz * tx - fx * tz;
            error[2] += fx * ty - fy * tx;
        }

        for (int i = 0; i < 3; i++)
            error[i] *= 0.5;
    }

    private void AddNullspaceTorques(ReadOnlySpan<double> inverseMass, Span<double> torques)
    {
        Span<double> transposed = stackalloc double[Joints * 6], inverse = stackalloc double[Joints * 6];
        Dense.MultiplyTransposed(inverseMass, Arm.Jacobian, transposed, Joints);
        Dense.Multiply(transposed, Inertia, inverse, 6);
        Dense.Multiply(inverse, Arm.Jacobian, Nullspace, 6);
        for (int i = 0; i < Joints; i++)
        {
            for (int j = 0; j < Joints; j++)
                Nullspace[Joints * i + j] = (i == j ? 1 : 0) - Nullspace[Joints * i + j];
        }

        Span<double> acceleration = stackalloc double[Joints], force = stackalloc double[Joints];
        Span<double> projected = stackalloc double[Joints];
        for (int i = 0; i < Joints; i++)
        {
            acceleration[i] = NullspaceStiffness * (_created.JointPositions[i] - Arm.JointPositions[i])
                - NullspaceDamping * Arm.JointVelocities[i];
        }

        Dense.Multiply(Arm.MassMatrix, acceleration, force, Joints);
        Dense.TransposeMultiply(Nullspace, force, projected);
        for (int i = 0; i < Joints; i++)
            torques[i] += projected[i];
    }

    private void Update()
    {
        if (!_outdated)
            return;
        Arm.Read();
        _outdated = false;
    }
}
