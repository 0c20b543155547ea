using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// dial-turn-v3: rotate a dial 180 degrees. Follows metaworld 3.0.0, <c>envs/sawyer_dial_turn_v3.py</c>
/// (<c>SawyerDialTurnEnvV3</c>) and <c>policies/sawyer_dial_turn_v3_policy.py</c>.
/// </summary>
internal sealed class DialTurn(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "dial-turn-v3", "Rotate a dial 180 degrees", "sawyer_dial.xml",
        (simulation, info) => new DialTurn(simulation, info), Expert)
    {
        Low = [-0.1, 0.7, 0],
        High = [0.1, 0.8, 0],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.73, 0.0299), new(0.1, 0.83, 0.0301)),
    };

    private const double Radius = 0.07;
    private static readonly Vec3 PushedAt = new(0.05, 0.02, 0.09);
    private readonly Body _dial = simulation.Data.Body("dial");
    private readonly Joint _knob = simulation.Data.Joint("knob_Joint_1");
    private readonly Site _goal = simulation.Data.Site("goal");
    private Vec3 _pushStart;

    /// <summary>The mark on the knob, which moves around the dial.</summary>
    private Vec3 Mark => _dial.Position + 0.05 * new Vec3(Math.Sin(_knob.Position), -Math.Cos(_knob.Position), 0);

    public override void Observe(Span<double> objects) => Write(objects, Mark, _dial.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 mark = Mark, push = mark + PushedAt;
        double objToTarget = Distance(mark, Target), tcpToObj = Distance(push, Tcp);
        double inPlace = LongTail(objToTarget, 0, Radius, Math.Abs(Distance(_pushStart, Target) - Radius));
        double near = Gaussian(tcpToObj, 0, 0.005, Math.Abs(Distance(_pushStart, TcpStart) - 0.005));
        NumpyScalar reach = HamacherProduct(near, effort.Between0And(1));
        return new(
            reward: 10 * HamacherProduct(reach, inPlace), success: objToTarget <= Radius, nearObject: tcpToObj <= 0.01,
            graspSuccess: true, graspReward: reach, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(0, 0.03, 0.03);
        _dial.Place(ObjectStart);
        _pushStart = Mark + PushedAt;
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, dial = obs.Object + PushedAt;
        Vec3 to =
            DistanceXY(hand, dial) > 0.02 ? dial with { Z = 0.2 }
            : Math.Abs(hand.Z - dial.Z) > 0.02 ? dial
            : dial + new Vec3(-0.05, 0.005, 0);
        return new(to, 10, 1);
    }
}
