using System.Text;
using MuJoCo.Native;

namespace MuJoCo.Tests;

public sealed class ErrorTests
{
    public ErrorTests() => Machine.NeedsMujoco();

    [Fact]
    public void The_error_of_a_model_that_does_not_compile_names_the_cause()
    {
        var e = Assert.Throws<MujocoException>(() => MjModel.FromXml("<mujoco><worldbody><body><geom/></body></worldbody></mujoco>"));
        Assert.Contains("size", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<MujocoException>(() => MjModel.FromXml("<mujoco><wrong/></mujoco>"));
        Assert.Contains("wrong", e.Message, StringComparison.Ordinal);
        e = Assert.Throws<MujocoException>(() => MjModel.FromXmlFile("/nowhere/model.xml"));
        Assert.Contains("/nowhere/model.xml", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_error_inside_a_step_throws_and_the_data_can_be_reset()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        for (int i = 0; i < 3; i++)
        {
            // mj_step checks the integrator at its end.
            model.opt.integrator = 99;
            var e = Assert.Throws<MujocoException>(data.Step);
            Assert.Contains("integrator", e.Message, StringComparison.Ordinal);
            model.opt.integrator = (int)mjtIntegrator.mjINT_EULER;
            data.Reset();
            data.Step(10);
            Assert.Equal(0.04, data.time, 1e-12);
        }
    }

    [Fact]
    public void Errors_on_many_threads_are_thrown_on_their_own_thread()
    {
        Parallel.For(0, 200, i =>
        {
            string expected = $"error number {i}";
            byte[] text = Encoding.UTF8.GetBytes(expected + "\0");
            string seen = Assert.Throws<MujocoException>(() => Raise(text)).Message;
            Assert.Equal(expected, seen);
        });

        static unsafe void Raise(byte[] text)
        {
            fixed (byte* t = text)
                Guard.Call(Api.mju_error, (nint)t);
        }
    }

    [Fact]
    public void An_error_preserves_the_registers_of_the_caller()
    {
        using var model = MjModel.FromXml(Models.Small);
        model.opt.integrator = 99;
        long a = 1, b = 2, c = 3, d = 4, e = 5, f = 6;
        double x = 0.5;
        int caught = 0;
        for (int i = 0; i < 1000; i++)
        {
            using var data = new MjData(model);
            try
            {
                data.Step();
            }
            catch (MujocoException)
            {
                caught++;
            }

            (a, b, c, d, e, f, x) = (b + i, c - i, d ^ i, e + 1, f + 2, a + 3, x * 1.0001);
        }

        (long A, long B, long C, long D, long E, long F, double X) = (1, 2, 3, 4, 5, 6, 0.5);
        for (int i = 0; i < 1000; i++)
            (A, B, C, D, E, F, X) = (B + i, C - i, D ^ i, E + 1, F + 2, A + 3, X * 1.0001);
        Assert.Equal((A, B, C, D, E, F, X), (a, b, c, d, e, f, x));
        Assert.Equal(1000, caught);
    }

    [Fact]
    public void A_warning_is_raised_on_its_thread_after_the_call()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        int thread = Environment.CurrentManagedThreadId;
        var seen = new List<string>();
        void Handler(object? sender, MujocoWarningEventArgs e)
        {
            if (Environment.CurrentManagedThreadId == thread)
                seen.Add(e.Message);
        }

        Mujoco.Warning += Handler;
        try
        {
            data.qvel[0] = double.NaN;
            data.Step();
        }
        finally
        {
            Mujoco.Warning -= Handler;
        }

        Assert.Contains("QVEL", Assert.Single(seen), StringComparison.Ordinal);
        Assert.Equal(1, data.warning[(int)mjtWarning.mjWARN_BADQVEL].number);
        Assert.Contains("QVEL", data.WarningText(mjtWarning.mjWARN_BADQVEL), StringComparison.Ordinal);
        Assert.Null(data.WarningText(mjtWarning.mjWARN_BADQPOS));
        data.Reset();
        Assert.Null(data.WarningText(mjtWarning.mjWARN_BADQVEL));
    }

    [Fact]
    public void A_warning_handler_can_throw()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        int thread = Environment.CurrentManagedThreadId;
        void Handler(object? sender, MujocoWarningEventArgs e)
        {
            if (Environment.CurrentManagedThreadId == thread)
                throw new InvalidOperationException(e.Message);
        }

        Mujoco.Warning += Handler;
        try
        {
            data.qpos[0] = double.PositiveInfinity;
            Assert.Throws<InvalidOperationException>(data.Step);
        }
        finally
        {
            Mujoco.Warning -= Handler;
        }
    }

    [Fact]
    public void Wrong_lengths_and_ids_are_rejected()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var data = new MjData(model);
        Assert.Equal("needs 9 numbers, got 3", Assert.Throws<ArgumentException>(() => data.GetState(new double[3], mjtState.mjSTATE_QPOS)).Message);
        Assert.Throws<ArgumentException>(() => data.JacBody(new double[5], [], 1));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.JacBody(new double[24], [], 99));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.ContactForce(0, new double[6]));
        Assert.Throws<ArgumentOutOfRangeException>(() => data.ResetKeyframe(1));
        Assert.Throws<ArgumentException>(() => data.FullM(new double[9]));
        Assert.Throws<ArgumentNullException>(() => model.Name2Id(mjtObj.mjOBJ_BODY, null!));
        data.Dispose();
        Assert.Throws<ObjectDisposedException>(data.Step);
        model.Dispose();
        Assert.Throws<ObjectDisposedException>(() => model.nq);
    }

    [Fact]
    public void The_loaded_version_is_3_8_1() => Assert.Equal("3.8.1", Mujoco.Version);

    /// <summary>MuJoCo would write beyond the end of the smaller data.</summary>
    [Fact]
    public void Data_of_another_model_are_rejected()
    {
        using var model = MjModel.FromXml(Models.Small);
        using var other = MjModel.FromXml("<mujoco><worldbody><body><freejoint/><geom size='.1'/></body></worldbody></mujoco>");
        using var equal = model.Copy();
        using MjData data = new(model), otherData = new(other), equalData = new(equal);
        Assert.Equal("the data belong to another model (Parameter 'data')", Assert.Throws<ArgumentException>(() => model.SetConst(otherData)).Message);
        Assert.Throws<ArgumentException>(() => model.SetConst(equalData));
        model.SetConst(data);
        Assert.Throws<ArgumentException>(() => data.CopyTo(otherData));
        Assert.Throws<ArgumentException>(() => otherData.CopyTo(data));
        data.qpos[0] = 0.5;
        data.CopyTo(equalData);
        Assert.Equal(0.5, equalData.qpos[0]);
    }

    [Fact]
    public void An_exception_of_a_warning_handler_leaks_no_object()
    {
        using var small = MjModel.FromXml(Models.Small);
        var model = small.Copy();
        using var text = new CString("first");
        (nint warning, nint original) = (text.Pointer, Address(small));
        WithThrowingHandler(() =>
        {
            Guard.Run(out _, Library.Find("mju_warning"), warning, 0, 0, 0, 0, 0, 0, 0);
            nint copy = Guard.Create(Api.mj_copyModel, 0, original);
            Assert.NotEqual(0, copy);
            Guard.Free(Api.mj_deleteModel, copy);
            Assert.Equal("first", Assert.Throws<InvalidOperationException>(Guard.RaiseWarnings).Message);
            Assert.Equal("second", Assert.Throws<InvalidOperationException>(() => model.RaiseWarnings("second")).Message);
        });
        Assert.Throws<ObjectDisposedException>(() => model.nq);
    }

    /// <summary>Objects are freed by the finalizer's thread, where an exception ends the process.</summary>
    [Fact]
    public void Freeing_an_object_never_throws()
    {
        using var text = new CString("no matter");
        nint message = text.Pointer;
        WithThrowingHandler(() =>
        {
            Assert.True(Guard.Free(Library.Find("mju_warning"), message));
            Guard.RaiseWarnings();
            Assert.False(Guard.Free(Api.mju_error, message));
        });
    }

    private static unsafe nint Address(MjModel model) => (nint)model.Pointer;

    private static void WithThrowingHandler(Action action)
    {
        int thread = Environment.CurrentManagedThreadId;
        void Handler(object? sender, MujocoWarningEventArgs e)
        {
            if (Environment.CurrentManagedThreadId == thread)
                throw new InvalidOperationException(e.Message);
        }

        Mujoco.Warning += Handler;
        try
        {
            action();
        }
        finally
        {
            Mujoco.Warning -= Handler;
        }
    }
}
