using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// button-press-topdown-v3: press a button from the top. Follows metaworld 3.0.0,
/// <c>envs/sawyer_button_press_topdown_v3.py</c> (<c>SawyerButtonPressTopdownEnvV3</c>) and
/// <c>policies/sawyer_button_press_topdown_v3_policy.py</c>.
/// </summary>
internal class ButtonPressTopdown(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "button-press-topdown-v3", "Press a button from the top", "sawyer_button_press_topdown.xml",
        (simulation, info) => new ButtonPressTopdown(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, 0.115],
        High = [0.1, 0.9, 0.115],
        HandStart = new(0, 0.4f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private readonly Body _button = simulation.Data.Body("button");
    private readonly Body _box = simulation.Data.Body("box");
    private readonly Site _hole = simulation.Data.Site("hole");
    private readonly Site _buttonStart = simulation.Data.Site("buttonStart");
    private double _travel;

    public override void Observe(Span<double> objects) =>
        Write(objects, _button.Position + Up(0.193), _button.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 button = obs.Object;
        double objToTarget = Math.Abs(Target.Z - button.Z), tcpToObj = Distance(button, Tcp);
        double near = LongTail(tcpToObj, 0, 0.01, Distance(button, TcpStart));
        double pressed = LongTail(objToTarget, 0, 0.005, _travel);
        double reward = 5 * HamacherProduct(1 - obs.Opening, near);
        if (tcpToObj <= 0.03)
            reward += 5 * pressed;
        return new(
            reward: reward, success: objToTarget <= 0.024, nearObject: tcpToObj <= 0.05, graspSuccess: obs.Opening > 0,
            graspReward: near, inPlaceReward: pressed, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        Simulation.Data.Forward();
        Target = _hole.Position;
        _travel = Math.Abs(Target.Z - _buttonStart.Position.Z);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 button = obs.Object;
        return new(DistanceXY(obs.Hand, button) > 0.04 ? button + Up(0.1) : button, 25, 1);
    }
}
