using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// drawer-open-v3: open a drawer. Follows metaworld 3.0.0, <c>envs/sawyer_drawer_open_v3.py</c>
/// (<c>SawyerDrawerOpenEnvV3</c>) and <c>policies/sawyer_drawer_open_v3_policy.py</c>.
/// </summary>
internal sealed class DrawerOpen(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "drawer-open-v3", "Open a drawer", "sawyer_drawer.xml",
        (simulation, info) => new DrawerOpen(simulation, info), Expert)
    {
        Low = [-0.1, 0.9, 0],
        High = [0.1, 0.9, 0],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(3, 3, 1);
    private readonly Body _link = simulation.Data.Body("drawer_link");
    private readonly Body _drawer = simulation.Data.Body("drawer");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) =>
        Write(objects, _link.Position + new Vec3(0, -0.16, 0), _link.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double objToTarget = Distance(handle, Target), tcpToObj = Distance(handle, obs.Hand);
        double opened = LongTail(objToTarget, 0, 0.02, 0.2);
        double start = Distance(Target + new Vec3(0, 0.2, 0), TcpStart, PositionScale);
        double near = LongTail(Distance(handle, obs.Hand, PositionScale), 0, 0.01, start);
        return new(
            reward: 5 * (near + opened), success: objToTarget <= 0.03, nearObject: tcpToObj <= 0.03,
            graspSuccess: obs.Opening > 0, graspReward: near, inPlaceReward: opened, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _drawer.Place(ObjectStart);
        Target = ObjectStart + new Vec3(0, -0.16 - 0.2, 0.09);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object - Up(0.02);
        if (DistanceXY(hand, handle) > 0.06)
            return new(handle + Up(0.3), 4, -1);
        return Math.Abs(hand.Z - handle.Z) > 0.04
            ? new(handle, 4, -1)
            : new(handle - new Vec3(0, 0.06, 0), 50, -1);
    }
}
