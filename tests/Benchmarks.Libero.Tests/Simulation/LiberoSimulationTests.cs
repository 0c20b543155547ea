using Benchmarks.Libero.Control;
using Benchmarks.Libero.Simulation;
using EvalCore.Tests;
using MuJoCo;
using Safetensors;

namespace Benchmarks.Libero.Tests.Simulation;

/// <summary>Settled states and trajectories against those of LIBERO on robosuite 1.4.0 and MuJoCo 3.8.1.</summary>
public sealed class LiberoSimulationTests(ITestOutputHelper output)
{
    private static readonly double[] Actions = [.. Enumerable.Range(0, 40 * 7).Select(i => Math.Sin(0.7 * i) * (i % 3))];

    public static TheoryData<string, int> Trajectories => new(
        from suite in (IEnumerable<(string, int[])>)
        [
            ("libero_spatial", [0, 2, 5, 8]), ("libero_object", [0, 3, 6, 9]), ("libero_goal", [0, 3, 6, 9]),
            ("libero_10", [0, 3, 5, 8]), ("libero_90", [5, 36, 60, 83]),
        ]
        from id in suite.Item2
        select (suite.Item1, id));

    /// <summary>The trajectories that leave the recorded one by more than 1e-9 between steps 20 and 60.</summary>
    private static readonly (string, int)[] ChaoticTasks = [("libero_spatial", 5), ("libero_90", 5)];

    public static TheoryData<string, int> Chaotic => new(ChaoticTasks);

    [Theory, MemberData(nameof(Trajectories))]
    public void Settled_states_and_a_trajectory_are_the_recorded_ones(string suite, int id)
    {
        Machine.NeedsLibero();
        var task = new ReferenceTask(suite, id);
        using var simulation = task.Begin(initState: 7);
        simulation.Settle();
        AssertSettled(simulation, task, 7, output);
        task.Reset(simulation, 0);
        simulation.Settle();
        AssertSettled(simulation, task, 0, output);

        using var file = Goldens.Open($"libero/traj/{suite}.safetensors");
        double[] actions = [.. file.Read<float>($"{id}.action")];
        var differences = new Differences();
        double at20 = 0, at60 = 0;
        string first = "none";
        for (int step = 0; step < 60; step++)
        {
            simulation.Step(actions.AsSpan(7 * step, 7));
            at60 = Compare(simulation, file, $"{id}", step, differences);
            if (at60 > 1e-9 && first == "none")
                first = $"step {step + 1}, {simulation.Data.ncon} contacts (recorded {file.Span<int>($"{id}.ncon")[step]}), {Worst(simulation, Row(file, $"{id}.qpos", step, simulation.Model.nq))}";
            if (step == 19)
                at20 = at60;
        }

        output.WriteLine($"trajectory: qpos {at20:0.0e+0} after 20 steps, {at60:0.0e+0} after 60; first beyond 1e-9: {first}; {differences}");
        Assert.InRange(at20, 0, 1e-9);
        Assert.InRange(differences["eef_pos"], 0, 1e-5);

        if (!ChaoticTasks.Contains((suite, id)))
            Assert.InRange(at60, 0, 1e-9);
    }

    [Theory, MemberData(nameof(Chaotic))]
    public void A_trajectory_that_leaves_the_recorded_one_leaves_itself_after_a_change_of_a_last_bit(string suite, int id)
    {
        Machine.NeedsLibero();
        using var file = Goldens.Open($"libero/traj/{suite}.safetensors");
        double[] actions = [.. file.Read<float>($"{id}.action")];
        var task = new ReferenceTask(suite, id);
        using var simulation = task.Begin();
        double[][] own = Play(change: -1);
        int nq = simulation.Model.nq;
        int fromRecorded = FirstApart(own, [.. Enumerable.Range(0, 60).Select(step => Row(file, $"{id}.qpos", step, nq).ToArray())]);
        int[] fromOwn = [.. Enumerable.Range(0, 2 * Robot.Joints).Select(change => FirstApart(own, Play(change)))];
        output.WriteLine($"leaves the recorded one at step {fromRecorded}, itself at {string.Join(", ", fromOwn)} (61: never)");
        Assert.Contains(fromOwn, step => step <= fromRecorded);

        double[][] Play(int change)
        {
            task.Reset(simulation, 0);
            simulation.Settle();
            if (change >= 0)
            {
                ref double number = ref simulation.Data.qpos[change % Robot.Joints];
                number = change < Robot.Joints ? Math.BitIncrement(number) : Math.BitDecrement(number);
            }

            return
            [
                .. Enumerable.Range(0, 60).Select(step =>
                {
                    simulation.Step(actions.AsSpan(7 * step, 7));
                    return simulation.Data.qpos.ToArray();
                }),
            ];
        }

        static int FirstApart(double[][] a, double[][] b)
        {
            int step = 0;
            while (step < 60 && Differences.Of(a[step], b[step]) <= 1e-9)
                step++;
            return step + 1;
        }
    }

    [Fact]
    public void Computing_each_quantity_once_gives_the_states_of_a_forward_pass_and_a_step()
    {
        Machine.NeedsLibero();
        var task = new ReferenceTask("libero_10", 3);
        using var simulation = task.Begin();
        using var plain = task.Begin();
        plain.Model.opt.disableflags &= ~(int)mjtDisableBit.mjDSBL_SENSOR;
        const mjtState State = mjtState.mjSTATE_INTEGRATION;
        double[] state = new double[simulation.Model.StateSize(State)], expected = new double[state.Length];
        for (int step = 0; step < 40; step++)
        {
            var action = Actions.AsSpan(7 * step, 7);
            simulation.Step(action);
            for (int i = 0; i < LiberoSimulation.SubSteps; i++)
            {
                plain.Data.Forward();
                plain.Control(action, setsGoal: i == 0);
                plain.Data.Step();
            }

            simulation.Data.GetState(state, State);
            plain.Data.GetState(expected, State);
            Assert.Equal(expected, state);
            Assert.Equal(plain.Data.xpos.ToArray(), simulation.Data.xpos.ToArray());
            Assert.Equal(plain.Data.ncon, simulation.Data.ncon);
        }
    }

    [Fact]
    public void A_reset_leaves_no_trace_of_the_episode_before()
    {
        Machine.NeedsLibero();
        var task = new ReferenceTask("libero_goal", 0);
        using var used = task.Begin(7);
        for (int step = 0; step < 5; step++)
            used.Step(Actions.AsSpan(7 * step, 7));
        task.Reset(used, 0);
        used.Settle();
        using var fresh = task.Begin();
        fresh.Settle();
        Assert.Equal(fresh.Data.qpos.ToArray(), used.Data.qpos.ToArray());
        Assert.Equal(fresh.Data.qvel.ToArray(), used.Data.qvel.ToArray());
        Assert.Equal(fresh.Data.qacc_warmstart.ToArray(), used.Data.qacc_warmstart.ToArray());
        Assert.Equal(fresh.Observables.Poses.ToArray(), used.Observables.Poses.ToArray());
    }

    [Fact]
    public void A_stove_s_burner_is_lit_from_the_end_of_the_step_in_which_its_knob_is_turned()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_goal", 0).Begin();
        Assert.Equal([false], simulation.LitBurners.ToArray());
        simulation.SetJoint("flat_stove_1_button", 0.6);
        Assert.Equal([false], simulation.LitBurners.ToArray());
        simulation.Step(Actions.AsSpan(0, 7));
        Assert.Equal([true], simulation.LitBurners.ToArray());
        Assert.Contains(1e6, simulation.Observables.Poses.ToArray());
        simulation.Step(Actions.AsSpan(0, 7));
        Assert.DoesNotContain(1e6, simulation.Observables.Poses.ToArray());
        simulation.SetJoint("flat_stove_1_button", 0.4);
        simulation.Refresh();
        Assert.Equal([false], simulation.LitBurners.ToArray());
    }

    [Fact]
    public void An_observation_has_the_positions_after_and_the_poses_before_its_sub_step()
    {
        Machine.NeedsLibero();
        var task = new ReferenceTask("libero_spatial", 0);
        using var simulation = task.Begin();
        using var plain = task.Begin();
        simulation.Step(Actions.AsSpan(70, 7));
        for (int i = 0; i < 24; i++)
        {
            plain.Data.Step1();
            plain.Control(Actions.AsSpan(70, 7), setsGoal: i == 0);
            plain.Data.Step2();
        }

        Assert.Equal(plain.Data.qpos[..7].ToArray(), simulation.Observables.JointPositions.ToArray());
        int site = plain.Model.Id(mjtObj.mjOBJ_SITE, "gripper0_grip_site");
        Assert.Equal(plain.Data.site_xpos.Slice(3 * site, 3).ToArray(), simulation.Observables.EefPosition.ToArray());
        plain.Data.Kinematics();
        Assert.NotEqual(plain.Data.site_xpos.Slice(3 * site, 3).ToArray(), simulation.Observables.EefPosition.ToArray());
    }

    [Fact]
    public void An_initial_state_of_another_length_is_refused()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_spatial", 0).Begin();
        Assert.Throws<ArgumentException>(() => simulation.SetInitState(new double[5]));
    }

    [Fact]
    public void A_control_step_and_a_reset_to_an_initial_state_allocate_nothing()
    {
        Machine.NeedsLibero();
        using var simulation = new ReferenceTask("libero_spatial", 0).Begin();
        double[] row = new double[1 + simulation.Model.nq + simulation.Model.nv], state = new double[8];
        simulation.Data.qpos.CopyTo(row.AsSpan(1));
        Assert.Equal(0, Allocated.By(() =>
        {
            simulation.Step(Actions.AsSpan(7, 7));
            simulation.Observables.CopyPolicyState(state);
        }));
        Assert.Equal(0, Allocated.By(() =>
        {
            simulation.Reset();
            simulation.SetInitState(row);
        }));
    }

    /// <summary>The state that LIBERO recorded after the settling steps of an initial state.</summary>
    internal static void AssertSettled(LiberoSimulation simulation, ReferenceTask task, int initState, ITestOutputHelper output)
    {
        using var file = Goldens.Open($"libero/inits/{task.Suite}.safetensors");
        var differences = new Differences();
        var observables = simulation.Observables;
        double[] state = new double[Observables.PolicyStateLength];
        observables.CopyPolicyState(state);
        Add("qpos", simulation.Data.qpos);
        Add("qvel", simulation.Data.qvel);
        Add("ctrl", simulation.Data.ctrl);
        Add("qacc_warmstart", simulation.Data.qacc_warmstart);
        Add("osc_goal_pos", simulation.Controller.GoalPosition);
        Add("osc_goal_ori", simulation.Controller.GoalRotation);
        Add("gripper_current_action", [simulation.Gripper.Left, simulation.Gripper.Right]);
        Add("obs.eef_pos", observables.EefPosition);
        Add("obs.eef_quat", observables.EefQuaternion);
        Add("obs.eef_mat", simulation.EefMatrix);
        Add("obs.gripper_qpos", observables.GripperQpos);
        Add("obs.gripper_qvel", observables.GripperQvel);
        Add("obs.joint_pos", observables.JointPositions);
        Add("obs.joint_vel", observables.JointVelocities);
        output.WriteLine($"{task.Suite}/{task.Id} from initial state {initState}: {differences}");
        foreach (string quantity in (string[])["ctrl", "qacc_warmstart"])
            Assert.InRange(differences[quantity], 0, 1e-9);
        foreach (string quantity in differences.Quantities.Except(["ctrl", "qacc_warmstart"]))
            Assert.InRange(differences[quantity], 0, 1e-12);

        void Add(string quantity, ReadOnlySpan<double> actual) =>
            differences.Add(quantity, actual, file.Span<double>($"{task.Id}.{initState}.{quantity}"));
    }

    private static double Compare(LiberoSimulation simulation, SafetensorsFile file, string id, int step, Differences differences)
    {
        var observables = simulation.Observables;
        double qpos = Add("qpos", simulation.Data.qpos);
        Add("qvel", simulation.Data.qvel);
        Add("ctrl", simulation.Data.ctrl);
        Add("eef_pos", observables.EefPosition);
        Add("eef_quat", observables.EefQuaternion);
        Add("eef_mat", simulation.EefMatrix);
        Add("gripper_qpos", observables.GripperQpos);
        Add("joint_pos", observables.JointPositions);
        double[] state = new double[8];
        observables.CopyPolicyState(state);
        differences.Add("policy_state", state, [.. file.Span<float>($"{id}.policy_state").Slice(8 * step, 8).ToArray()]);
        return qpos;

        double Add(string quantity, ReadOnlySpan<double> actual) =>
            differences.Add(quantity, actual, Row(file, $"{id}.{quantity}", step, actual.Length));
    }

    private static ReadOnlySpan<double> Row(SafetensorsFile file, string tensor, int row, int length) =>
        file.Span<double>(tensor).Slice(row * length, length);

    private static string Worst(LiberoSimulation simulation, ReadOnlySpan<double> expected)
    {
        int worst = 0;
        for (int i = 1; i < expected.Length; i++)
        {
            if (Math.Abs(simulation.Data.qpos[i] - expected[i]) > Math.Abs(simulation.Data.qpos[worst] - expected[worst]))
                worst = i;
        }

        int joint = simulation.Model.njnt - 1;
        while (simulation.Model.jnt_qposadr[joint] > worst)
            joint--;
        string name = simulation.Model.Id2Name(mjtObj.mjOBJ_JOINT, joint) ?? "";
        return $"{name}[{worst - simulation.Model.jnt_qposadr[joint]}] by {Math.Abs(simulation.Data.qpos[worst] - expected[worst]):0.0e+0}";
    }
}
