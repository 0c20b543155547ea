using Benchmarks.Libero.Control;
using Benchmarks.Libero.Simulation;
using Benchmarks.Libero.Tests.Simulation;
using EvalCore.Tests;
using MuJoCo;
using Safetensors;

namespace Benchmarks.Libero.Tests.Control;

/// <summary>The controller against robosuite's, sub-step by sub-step.</summary>
public sealed class OscPoseControllerTests(ITestOutputHelper output)
{
    private static readonly double[] SettleAction = [0, 0, 0, 0, 0, 0, -1];

    public static TheoryData<string, int> Traces => new(("libero_spatial", 0), ("libero_10", 3));

    [Theory, MemberData(nameof(Traces))]
    public void The_controller_computes_what_the_original_does(string suite, int id)
    {
        Machine.NeedsLibero();
        using var traces = Goldens.Open($"libero/traj/{suite}_osc.safetensors");
        using var trajectories = Goldens.Open($"libero/traj/{suite}.safetensors");
        double[] actions = [.. trajectories.Read<float>($"{id}.action")];
        var task = new ReferenceTask(suite, id);
        using var simulation = task.Begin();
        var differences = new Differences();
        for (int step = 0; step < 2; step++)
            Compare(simulation, SettleAction, traces, $"{id}.settle", LiberoSimulation.SubSteps * step, differences);
        task.Reset(simulation, 0);
        simulation.Settle();
        for (int step = 0; step < 5; step++)
            Compare(simulation, actions.AsSpan(7 * step, 7), traces, $"{id}.steps", LiberoSimulation.SubSteps * step, differences);
        output.WriteLine(differences.ToString());
        Assert.InRange(differences.Largest, 0, 1e-9);
    }

    [Fact]
    public void The_arm_s_mass_matrix_is_the_block_of_the_full_one()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_spatial", 0).Begin();
        simulation.Settle();
        simulation.Data.Forward();
        var arm = new ArmState(simulation.Data, new Robot(simulation.Model));
        arm.Read();
        int nv = simulation.Model.nv;
        double[] full = new double[nv * nv];
        simulation.Data.FullM(full);
        for (int row = 0; row < 7; row++)
            Assert.Equal(full[(nv * row)..(nv * row + 7)], arm.MassMatrix[(7 * row)..(7 * row + 7)]);
    }

    [Fact]
    public void An_action_without_rotation_keeps_the_goal_s_orientation()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_spatial", 0).Begin();
        double[] goal = simulation.Controller.GoalRotation.ToArray();
        simulation.Step([0.5, 0, 0, 0, 0, 0, 0]);
        Assert.Equal(goal, simulation.Controller.GoalRotation.ToArray());
        simulation.Step([0, 0, 0, 0, 0.1, 0, 0]);
        Assert.NotEqual(goal, simulation.Controller.GoalRotation.ToArray());
    }

    [Fact]
    public void An_absolute_action_is_the_goal_and_is_not_clipped()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_spatial", 0).Begin(mode: ControlMode.Absolute);
        simulation.Settle();
        double[] rotation = new double[9];
        Rotation.ToMatrix(Rotation.FromAxisAngleFloat32([3, 0.1f, 0]), rotation);
        simulation.Step([-0.2f, 0.05f, 1.2f, 3, 0.1f, 0, -1]);
        Assert.Equal([-0.2f, 0.05f, 1.2f], simulation.Controller.GoalPosition.ToArray());
        Assert.Equal(rotation, simulation.Controller.GoalRotation.ToArray());
    }

    [Fact]
    public void The_first_sub_step_after_a_reset_uses_the_arm_as_it_was_at_its_start()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_spatial", 0).Begin();
        Assert.NotEqual(Robot.StartQpos.ToArray(), simulation.Data.qpos[..7].ToArray());
        SubStep(simulation, SettleAction, setsGoal: true);
        Assert.Equal(Robot.StartQpos, simulation.Controller.Arm.JointPositions);
        SubStep(simulation, SettleAction, setsGoal: false);
        Assert.NotEqual(Robot.StartQpos.ToArray(), simulation.Controller.Arm.JointPositions);
    }

    private static void SubStep(LiberoSimulation simulation, ReadOnlySpan<double> action, bool setsGoal)
    {
        simulation.Data.Step1();
        simulation.Control(action, setsGoal);
        simulation.Data.Step2();
    }

    private static void Compare(
        LiberoSimulation simulation, ReadOnlySpan<double> action, SafetensorsFile traces, string trace, int first, Differences differences)
    {
        MjData data = simulation.Data;
        var controller = simulation.Controller;
        for (int i = 0; i < LiberoSimulation.SubSteps; i++)
        {
            int row = first + i;
            Add("qpos", data.qpos);
            Add("qvel", data.qvel);
            data.Step1();
            simulation.Control(action, setsGoal: i == 0);
            Add("J", controller.Arm.Jacobian);
            Add("mass_matrix", controller.Arm.MassMatrix);
            Add("lambda_full", controller.Inertia);
            Add("lambda_pos", controller.PositionInertia);
            Add("lambda_ori", controller.RotationInertia);
            Add("nullspace", controller.Nullspace);
            Add("ee_pos", controller.Arm.Position);
            Add("ee_ori_mat", controller.Arm.Rotation);
            Add("ee_pos_vel", controller.Arm.LinearVelocity);
            Add("ee_ori_vel", controller.Arm.AngularVelocity);
            Add("goal_pos", controller.GoalPosition);
            Add("goal_ori", controller.GoalRotation);
            Add("joint_pos", controller.Arm.JointPositions);
            Add("joint_vel", controller.Arm.JointVelocities);
            Add("initial_joint", Robot.StartQpos);
            Add("qfrc_bias", data.qfrc_bias[..Robot.Joints]);
            Add("ctrl", data.ctrl);
            data.Step2();
            Add("qpos_next", data.qpos);
            Add("qvel_next", data.qvel);

            void Add(string quantity, ReadOnlySpan<double> actual) =>
                differences.Add(quantity, actual, traces.Span<double>($"{trace}.{quantity}").Slice(row * actual.Length, actual.Length));
        }
    }
}
