using EvalCore.Tests;
using MuJoCo;

namespace Benchmarks.MuJoCo.Tests;

public sealed class HandleTests : IDisposable
{
    private readonly MjModel _model = TestModel.Compile();
    private readonly MjData _data;

    public HandleTests()
    {
        _data = new MjData(_model);
        _data.Forward();
    }

    public void Dispose()
    {
        _data.Dispose();
        _model.Dispose();
    }

    [Fact]
    public void Handles_read_the_last_kinematics_pass()
    {
        Assert.Equal(new Vec3(0.5, 0, 0.5), _data.Body("hand").Position);
        Assert.Equal(new Vec3(0.5, 0, 0.5), _data.Geom("box").Position);
        Assert.Equal(new Vec3(0.6, 0, 0.5), _data.Site("tip").Position);
        Assert.Equal(new Quat(1, 0, 0, 0), _data.Body("hand").Orientation);
        Assert.Equal(new Quat(1, 0, 0, 0), _data.Geom("box").Orientation);

        var shoulder = _data.Joint("shoulder");
        _data.qpos[shoulder.QposAddress] = Math.PI / 2;
        Assert.Equal(Math.PI / 2, shoulder.Position);
        Assert.Equal(new Vec3(0.5, 0, 0.5), _data.Body("hand").Position);
        _data.Forward();
        Assert.Equal(0, Vec3.Distance(new Vec3(0, 0.5, 0.5), _data.Body("hand").Position), 1e-15);
        Assert.Equal(0, Quat.Distance(new Quat(Math.Sqrt(0.5), 0, 0, Math.Sqrt(0.5)), _data.Body("hand").OrientationFromMatrix), 1e-15);
        Assert.Equal(_data.Site("tip").Orientation, _data.Body("hand").OrientationFromMatrix);
    }

    [Fact]
    public void An_edited_position_is_effective_from_the_next_kinematics_pass()
    {
        _data.Body("arm").Place(new Vec3(1, 2, 3));
        _data.Site("tip").Place(new Vec3(0.2, 0, 0));
        Assert.Equal(new Vec3(0.2, 0, 0), _data.Site("tip").ModelPosition);
        Assert.Equal(new Vec3(0.6, 0, 0.5), _data.Site("tip").Position);
        _data.Forward();
        Assert.Equal(0, Vec3.Distance(new Vec3(1.7, 2, 3), _data.Site("tip").Position), 1e-15);
    }

    [Fact]
    public void An_unknown_name_is_an_error_that_names_it()
    {
        Assert.Equal("the model has no body named 'foot'", Assert.Throws<KeyNotFoundException>(() => _data.Body("foot")).Message);
        Assert.Equal("the model has no joint named 'knee'", Assert.Throws<KeyNotFoundException>(() => _data.Joint("knee")).Message);
    }

    [Fact]
    public void Handles_allocate_nothing()
    {
        var (hand, tip, shoulder) = (_data.Body("hand"), _data.Site("tip"), _data.Joint("shoulder"));
        double sum = 0;
        Assert.Equal(0, Allocated.By(() =>
            sum += hand.Position.X + hand.Orientation.W + hand.OrientationFromMatrix.W + tip.Position.Y + shoulder.Position));
    }

    [Fact]
    public void A_state_is_read_and_set()
    {
        var fields = MujocoState.FieldsOf(_model);
        Assert.Equal(["qpos 2 False", "qvel 2 False", "mocap_pos 3 True"], fields.Select(f => $"{f.Name} {f.Length} {f.IsOptional}"));
        var state = new EvalCore.Environments.SimulatorState(fields);
        MujocoState.Get(_data, state);
        Assert.Equal([1, 1, 1], state["mocap_pos"].ToArray());
        (state["qpos"][0], state["qvel"][1], state["mocap_pos"][2]) = (Math.PI, 0.25, 2);
        MujocoState.Set(_data, state);
        Assert.Equal((0.25, 2), (_data.qvel[1], _data.mocap_pos[2]));
        Assert.Equal(0, Vec3.Distance(new Vec3(-0.5, 0, 0.5), _data.Body("hand").Position), 1e-15);
    }

    [Fact]
    public void A_warning_is_one_line_until_the_next_reset()
    {
        Assert.Null(_data.WarningLine());
        _data.qvel[0] = double.NaN;
        _data.Step();
        Assert.StartsWith("MuJoCo warns: Nan, Inf or huge value in QVEL", _data.WarningLine(), StringComparison.Ordinal);
        _data.Reset();
        Assert.Null(_data.WarningLine());
    }
}
