using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// button-press-v3: press a button. Follows metaworld 3.0.0, <c>envs/sawyer_button_press_v3.py</c>
/// (<c>SawyerButtonPressEnvV3</c>) and <c>policies/sawyer_button_press_v3_policy.py</c>.
/// </summary>
internal class ButtonPress(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "button-press-v3", "Press a button", "sawyer_button_press.xml",
        (simulation, info) => new ButtonPress(simulation, info), Expert)
    {
        Low = [-0.1, 0.85, 0.115],
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
        Write(objects, _button.Position - new Vec3(0, 0.193, 0), _button.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 button = obs.Object;
        double objToTarget = Math.Abs(Target.Y - button.Y), tcpToObj = Distance(button, Tcp);
        double near = LongTail(tcpToObj, 0, 0.05, Distance(button, TcpStart));
        double pressed = Pressed(objToTarget);
        double reward = 2 * HamacherProduct(Math.Max(obs.Opening, 0), near);
        if (tcpToObj <= 0.05)
            reward += 8 * pressed;
        return new(
            reward: reward, success: objToTarget <= 0.02, nearObject: tcpToObj <= 0.05, graspSuccess: obs.Opening > 0,
            graspReward: near, inPlaceReward: pressed, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        Simulation.SetJoint(0);
        Target = _hole.Position;
        _travel = Math.Abs(Target.Y - _buttonStart.Position.Y);
    }

    /// <summary>How far in the button is, 0 to 1.</summary>
    protected double Pressed(double distance) => LongTail(distance, 0, 0.005, _travel);

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, button = obs.Object - Up(0.07);
        return new(
            Close(hand.X, button.X) && Close(hand.Z, button.Z)
                ? button + new Vec3(0, 0.02, 0)
                : button with { Y = hand.Y - 0.1 },
            25, 0);

        static bool Close(double a, double b) => Math.Abs(a - b) <= 0.02 + 1e-5 * Math.Abs(b);
    }
}
