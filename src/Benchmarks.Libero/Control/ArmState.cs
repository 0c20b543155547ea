using MuJoCo;

namespace Benchmarks.Libero.Control;

/// <summary>
/// What the controller knows of the arm: a copy, taken when the controller updates (robosuite 1.4.0,
/// <c>controllers/base_controller.py</c>, <c>update</c>). World frame, metres, radians, seconds.
/// </summary>
/// <param name="data">The simulation that is read.</param>
/// <param name="robot">Where the robot is in it.</param>
internal sealed class ArmState(MjData data, Robot robot)
{
    private readonly double[] _jacp = new double[3 * data.Model.nv];
    private readonly double[] _jacr = new double[3 * data.Model.nv];

    /// <summary>The position of the grip site.</summary>
    public double[] Position { get; } = new double[3];

    /// <summary>The orientation of the grip site, [3, 3].</summary>
    public double[] Rotation { get; } = new double[9];

    /// <summary>The velocity of the grip site.</summary>
    public double[] LinearVelocity { get; } = new double[3];

    /// <summary>The angular velocity of the grip site.</summary>
    public double[] AngularVelocity { get; } = new double[3];

    /// <summary>The positions of the joints, [7].</summary>
    public double[] JointPositions { get; } = new double[Robot.Joints];

    /// <summary>The velocities of the joints, [7].</summary>
    public double[] JointVelocities { get; } = new double[Robot.Joints];

    /// <summary>The Jacobian of the grip site, [6, 7]: position, then rotation.</summary>
    public double[] Jacobian { get; } = new double[6 * Robot.Joints];

    /// <summary>The arm's block of the joint-space inertia matrix, [7, 7].</summary>
    public double[] MassMatrix { get; } = new double[Robot.Joints * Robot.Joints];

    /// <summary>Reads the simulation, as its last forward pass left it.</summary>
    public void Read()
    {
        data.site_xpos.Slice(3 * robot.GripSite, 3).CopyTo(Position);
        data.site_xmat.Slice(9 * robot.GripSite, 9).CopyTo(Rotation);
        data.qpos.Slice(robot.Qpos, Robot.Joints).CopyTo(JointPositions);
        data.qvel.Slice(robot.Dof, Robot.Joints).CopyTo(JointVelocities);

        // Only the arm moves the site: the other columns are zero.
        data.JacSite(_jacp, _jacr, robot.GripSite);
        int nv = data.Model.nv;
        for (int row = 0; row < 3; row++)
        {
            _jacp.AsSpan(nv * row + robot.Dof, Robot.Joints).CopyTo(Jacobian.AsSpan(Robot.Joints * row));
            _jacr.AsSpan(nv * row + robot.Dof, Robot.Joints).CopyTo(Jacobian.AsSpan(Robot.Joints * (3 + row)));
        }

        Dense.Multiply(Jacobian.AsSpan(0, 3 * Robot.Joints), JointVelocities, LinearVelocity, Robot.Joints);
        Dense.Multiply(Jacobian.AsSpan(3 * Robot.Joints), JointVelocities, AngularVelocity, Robot.Joints);
        ReadMassMatrix();
    }

    /// <summary>Becomes equal to another state of the same robot.</summary>
    public void CopyFrom(ArmState other)
    {
        other.Position.CopyTo(Position, 0);
        other.Rotation.CopyTo(Rotation, 0);
        other.LinearVelocity.CopyTo(LinearVelocity, 0);
        other.AngularVelocity.CopyTo(AngularVelocity, 0);
        other.JointPositions.CopyTo(JointPositions, 0);
        other.JointVelocities.CopyTo(JointVelocities, 0);
        other.Jacobian.CopyTo(Jacobian, 0);
        other.MassMatrix.CopyTo(MassMatrix, 0);
    }

    /// <summary>
    /// What <c>mj_fullM</c> writes for the arm, without the rest: MuJoCo stores, for each degree of freedom, its diagonal
    /// element and those with its ancestors.
    /// </summary>
    private void ReadMassMatrix()
    {
        ReadOnlySpan<double> sparse = data.qM;
        ReadOnlySpan<int> first = data.Model.dof_Madr, parent = data.Model.dof_parentid;
        for (int i = 0; i < Robot.Joints; i++)
        {
            int address = first[robot.Dof + i];
            for (int j = i; j >= 0; j = parent[robot.Dof + j] - robot.Dof)
            {
                MassMatrix[Robot.Joints * i + j] = sparse[address];
                MassMatrix[Robot.Joints * j + i] = sparse[address];
                address++;
            }
        }
    }
}
