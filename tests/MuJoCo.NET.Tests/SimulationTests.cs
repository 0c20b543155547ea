using EvalCore.Tests;

namespace MuJoCo.Tests;

public sealed class SimulationTests
{
    public SimulationTests() => Machine.NeedsMujoco();

    [Fact]
    public void A_box_falls_and_comes_to_rest_on_the_floor()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.Step();
        Assert.Equal(0.004, data.time);
        Assert.Equal(-9.5 * 0.004, data.qvel[2], 1e-12);
        data.Step(500);
        Assert.Equal(0.1, data.qpos[2], 1e-3);
        Assert.True(data.ncon >= 3);
        Assert.All(data.contact.ToArray(), c => Assert.Equal(model.Id(mjtObj.mjOBJ_GEOM, "cube"), c.geom2));

        double weight = 0;
        double[] force = new double[6];
        for (int i = 0; i < data.ncon; i++)
        {
            data.ContactForce(i, force);
            weight += force[0];
        }

        Assert.Equal(2 * 9.5, weight, 0.05);
    }

    [Fact]
    public void Names_map_to_ids_and_back()
    {
        using var model = MjModel.FromXml(Models.Small);
        int box = model.Id(mjtObj.mjOBJ_BODY, "box");
        Assert.Equal(1, box);
        Assert.Equal("box", model.Id2Name(mjtObj.mjOBJ_BODY, box));
        Assert.Equal(-1, model.Name2Id(mjtObj.mjOBJ_BODY, "nothing"));
        Assert.Null(model.Id2Name(mjtObj.mjOBJ_BODY, 99));
        var e = Assert.Throws<KeyNotFoundException>(() => model.Id(mjtObj.mjOBJ_SITE, "nothing"));
        Assert.Equal("the model has no site named 'nothing'", e.Message);
    }

    [Fact]
    public void A_restored_state_continues_bit_for_bit()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.ctrl[0] = 0.7;
        data.Step(100);
        double[] state = new double[model.StateSize(mjtState.mjSTATE_INTEGRATION)];
        data.GetState(state, mjtState.mjSTATE_INTEGRATION);
        data.Step(100);
        double[] expected = data.qpos.ToArray();

        using var other = new MjData(model);
        other.SetState(state, mjtState.mjSTATE_INTEGRATION);
        other.Step(100);
        Assert.Equal(expected, other.qpos);

        using var copy = other.Copy();
        copy.Step(7);
        other.Step(7);
        Assert.Equal(other.qpos, copy.qpos);
        data.Reset();
        Assert.Equal(model.qpos0, data.qpos);
        data.ResetKeyframe(0);
        Assert.Equal(-0.4, data.qpos[8]);
    }

    [Fact]
    public void The_Jacobian_times_qvel_is_the_velocity_of_the_site()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.ctrl[0] = 1;
        data.Step(50);
        data.Forward();
        int tip = model.Id(mjtObj.mjOBJ_SITE, "tip");
        double[] jacp = new double[3 * model.nv], jacr = new double[3 * model.nv], velocity = new double[6];
        data.JacSite(jacp, jacr, tip);
        data.ObjectVelocity(mjtObj.mjOBJ_SITE, tip, velocity);
        for (int axis = 0; axis < 3; axis++)
        {
            double linear = 0, angular = 0;
            for (int i = 0; i < model.nv; i++)
            {
                linear += jacp[axis * model.nv + i] * data.qvel[i];
                angular += jacr[axis * model.nv + i] * data.qvel[i];
            }

            Assert.Equal(velocity[axis], angular, 1e-12);
            Assert.Equal(velocity[3 + axis], linear, 1e-12);
        }

        double[] pointp = new double[3 * model.nv];
        data.Jac(pointp, [], data.site_xpos.Slice(3 * tip, 3), model.site_bodyid[tip]);
        Assert.Equal(jacp, pointp);
    }

    [Fact]
    public void FullM_MulM_and_SolveM_use_the_same_matrix()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        data.ResetKeyframe(0);
        data.Forward();
        int n = model.nv;
        double[] full = new double[n * n], row = new double[n], unit = new double[n], solved = new double[n];
        data.FullM(full);
        Assert.Equal(2, full[0], 1e-12);
        for (int i = 0; i < n; i++)
        {
            Array.Clear(unit);
            unit[i] = 1;
            data.MulM(row, unit);
            Assert.Equal(full.AsSpan(i * n, n).ToArray(), row, (a, b) => Math.Abs(a - b) < 1e-12);
            data.SolveM(solved, row);
            Assert.Equal(unit, solved, (a, b) => Math.Abs(a - b) < 1e-9);
        }
    }

    [Fact]
    public void A_saved_or_copied_model_is_equal()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var loaded = MjModel.FromBytes(model.ToBytes());
        using var copy = model.Copy();
        copy.body_pos[3] = 7;
        Assert.Equal(0, model.body_pos[3]);
        Assert.Equal(model.body_pos, loaded.body_pos);
        Assert.Equal("box", copy.Id2Name(mjtObj.mjOBJ_BODY, 1));
    }

    [Fact]
    public void Stepping_allocates_nothing()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        double[] jacobian = new double[3 * model.nv];
        Assert.Equal(0, Allocated.By(Work));

        void Work()
        {
            for (int i = 0; i < 100; i++)
            {
                data.ctrl[0] = 0.1;
                data.Step();
                data.JacBody(jacobian, [], 1);
            }
        }
    }

    [Fact]
    public void Several_threads_simulate_one_model_at_the_same_time()
    {
        using var model = MjModel.FromXml(Models.Small);
        double[][] results = new double[4][];
        Parallel.For(0, results.Length, i =>
        {
            using var data = new MjData(model);
            data.Step(300);
            results[i] = data.qpos.ToArray();
        });
        Assert.All(results, r => Assert.Equal(results[0], r));
    }
}
