using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// coffee-button-v3: push a button on the coffee machine. Follows metaworld 3.0.0,
/// <c>envs/sawyer_coffee_button_v3.py</c> (<c>SawyerCoffeeButtonEnvV3</c>) and
/// <c>policies/sawyer_coffee_button_v3_policy.py</c>.
/// </summary>
internal sealed class CoffeeButton(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "coffee-button-v3", "Push a button on the coffee machine", "sawyer_coffee.xml",
        (simulation, info) => new CoffeeButton(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, -0.001],
        High = [0.1, 0.9, 0.001],
        HandStart = new(0, 0.4, 0.2),
        GoalSpace = new(new(-0.101, 0.6100000000000001, 0.298), new(0.101, 0.71, 0.302)),
    };

    private static readonly Quat Identity = new(1, 0, 0, 0);
    private readonly Body _machine = simulation.Data.Body("coffee_machine");
    private readonly Site _buttonStart = simulation.Data.Site("buttonStart");

    public override void Observe(Span<double> objects) => Write(objects, _buttonStart.Position, Identity);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 button = obs.Object;
        double objToTarget = Math.Abs(Target.Y - button.Y), tcpToObj = Distance(button, Tcp);
        double near = LongTail(tcpToObj, 0, 0.05, Distance(button, TcpStart));
        double pressed = LongTail(objToTarget, 0, 0.005, 0.03);
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
        _machine.Place(ObjectStart);
        // In this model the mug's free joint is the first joint.
        Simulation.SetObject(ObjectStart + new Vec3(0, -0.22, 0), qpos: 0);
        Target = ObjectStart + new Vec3(0, -0.22, 0.3) + new Vec3(0, 0.03, 0);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, button = obs.Object - Up(0.07);
        return new(DistanceXZ(hand, button) > 0.02 ? button with { Y = hand.Y } : button + new Vec3(0, 0.2, 0), 10, -1);
    }
}
