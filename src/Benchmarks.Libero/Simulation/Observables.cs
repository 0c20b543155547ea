using Benchmarks.Libero.Control;
using Benchmarks.MuJoCo;
using MuJoCo;

namespace Benchmarks.Libero.Simulation;

/// <summary>
/// What is observed of a simulation, sampled once per control step (robosuite 1.4.0, <c>utils/observables.py</c>,
/// <c>robots/single_arm.py</c>). World frame, metres, radians, seconds.
/// </summary>
/// <remarks>
/// A sample is taken after a sub-step's integration: joint positions and velocities are the new ones, whereas poses, also those
/// that images show, are those before the integration.
/// </remarks>
/// <param name="data">The simulation.</param>
/// <param name="robot">Where the robot is in it.</param>
/// <param name="burners">The stoves' burners.</param>
internal sealed class Observables(MjData data, Robot robot, Burners burners)
{
    private readonly double[] _eefPosition = new double[3];
    private readonly double[] _eefQuaternion = new double[4];
    private readonly double[] _gripperQpos = new double[Robot.Fingers];
    private readonly double[] _gripperQvel = new double[Robot.Fingers];
    private readonly double[] _jointPositions = new double[Robot.Joints];
    private readonly double[] _jointVelocities = new double[Robot.Joints];
    private readonly double[] _poses = new double[FrameSnapshot.Length(data)];

    /// <summary>The length of <see cref="CopyPolicyState"/>'s numbers.</summary>
    public const int PolicyStateLength = 8;

    /// <summary>The position of the grip site.</summary>
    public ReadOnlySpan<double> EefPosition => _eefPosition;

    /// <summary>The orientation of the hand (not of the grip site), x, y, z, w.</summary>
    public ReadOnlySpan<double> EefQuaternion => _eefQuaternion;

    /// <summary>The positions of the two fingers.</summary>
    public ReadOnlySpan<double> GripperQpos => _gripperQpos;

    /// <summary>The velocities of the two fingers.</summary>
    public ReadOnlySpan<double> GripperQvel => _gripperQvel;

    /// <summary>The positions of the arm's joints, [7].</summary>
    public ReadOnlySpan<double> JointPositions => _jointPositions;

    /// <summary>The velocities of the arm's joints, [7].</summary>
    public ReadOnlySpan<double> JointVelocities => _jointVelocities;

    /// <summary>What images of the observation show: a <see cref="FrameSnapshot"/>, with the stoves' burners as they were.</summary>
    public ReadOnlySpan<double> Poses => _poses;

    /// <summary>Takes a sample.</summary>
    public void Sample()
    {
        data.site_xpos.Slice(3 * robot.GripSite, 3).CopyTo(_eefPosition);
        Quat.From(data.xquat.Slice(4 * robot.Hand, 4)).CopyXyzwTo(_eefQuaternion);
        data.qpos.Slice(robot.FingerQpos, Robot.Fingers).CopyTo(_gripperQpos);
        data.qvel.Slice(robot.FingerDof, Robot.Fingers).CopyTo(_gripperQvel);
        data.qpos.Slice(robot.Qpos, Robot.Joints).CopyTo(_jointPositions);
        data.qvel.Slice(robot.Dof, Robot.Joints).CopyTo(_jointVelocities);
        FrameSnapshot.Write(data, _poses);
        burners.WriteTo(_poses);
    }

    /// <summary>
    /// Writes the state that LeRobot gives to a policy (v0.6.1, <c>processor/env_processor.py</c>): position, axis-angle vector,
    /// fingers.
    /// </summary>
    /// <param name="state">Receives 8 numbers of single precision.</param>
    public void CopyPolicyState(Span<double> state)
    {
        for (int i = 0; i < 3; i++)
            state[i] = (float)_eefPosition[i];
        Rotation.ToAxisAngle(_eefQuaternion[0], _eefQuaternion[1], _eefQuaternion[2], _eefQuaternion[3], state[3..]);
        for (int i = 0; i < Robot.Fingers; i++)
            state[6 + i] = (float)_gripperQpos[i];
    }
}
