using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// lever-pull-v3: pull a lever down 90 degrees. Follows metaworld 3.0.0, <c>envs/sawyer_lever_pull_v3.py</c>
/// (<c>SawyerLeverPullEnvV3</c>) and <c>policies/sawyer_lever_pull_v3_policy.py</c>.
/// </summary>
internal sealed class LeverPull(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "lever-pull-v3", "Pull a lever down 90 degrees", "sawyer_lever_pull.xml",
        (simulation, info) => new LeverPull(simulation, info), Expert)
    {
        Low = [-0.1, 0.7, 0],
        High = [0.1, 0.8, 0],
        HandStart = new(0, 0.4f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        HandBounds = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(4, 1, 4);
    // From the hand's frame to the knuckles that touch the lever or lock.
    private static readonly Vec3 HandOffset = new(0, 0.055, 0.07);
    private readonly Site _handle = simulation.Data.Site("leverStart");
    private readonly Geom _handleGeom = simulation.Data.Geom("objGeom");
    private readonly Body _lever = simulation.Data.Body("lever");
    private readonly Joint _axis = simulation.Data.Joint("LeverAxis");
    private readonly Site _goal = simulation.Data.Site("goal");
    private Vec3 _handleStart;

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _handle.Position, _handleGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double tcpToObj = Distance(obs.Hand + HandOffset, handle, PositionScale);
        double ready = LongTail(tcpToObj, 0, 0.02, Distance(TcpStart + HandOffset, _handleStart, PositionScale));
        double error = Math.Abs(-_axis.Position - Math.PI / 2);
        double turned = LongTail(error, 0, Math.PI / 48, Math.PI / 2 - Math.PI / 12);
        double inPlace = LongTail(Distance(handle, Target), 0, 0.04, Distance(_handleStart, Target));
        double reward = 10 * HamacherProduct(ready, inPlace);
        return new(
            reward: reward, success: error <= Math.PI / 24, nearObject: tcpToObj < 0.03, graspSuccess: ready > 0.9,
            graspReward: ready, inPlaceReward: turned, objectToTarget: tcpToObj);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _lever.Place(ObjectStart);
        _handleStart = ObjectStart + new Vec3(0.12, -0.2, 0.25);
        Target = ObjectStart + new Vec3(0.12, 0, 0.25 + 0.2);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object - new Vec3(0, 0.055, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? handle - Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? handle
            : handle + new Vec3(0, 0.08, 0.02);
        return new(to, 25, 1);
    }
}
