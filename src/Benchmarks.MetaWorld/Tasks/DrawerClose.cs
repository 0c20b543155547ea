using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// drawer-close-v3: push and close a drawer. Follows metaworld 3.0.0, <c>envs/sawyer_drawer_close_v3.py</c>
/// (<c>SawyerDrawerCloseEnvV3</c>) and <c>policies/sawyer_drawer_close_v3_policy.py</c>.
/// </summary>
internal sealed class DrawerClose(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "drawer-close-v3", "Push and close a drawer", "sawyer_drawer.xml",
        (simulation, info) => new DrawerClose(simulation, info), Expert)
    {
        Low = [-0.1, 0.9, 0],
        High = [0.1, 0.9, 0],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 Handle = new(0, -0.16, 0.05);
    private readonly Body _link = simulation.Data.Body("drawer_link");
    private readonly Body _drawer = simulation.Data.Body("drawer");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _link.Position + Handle, Quat.Zero);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double objToTarget = Distance(handle, Target), tcpToObj = Distance(handle, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Math.Abs(Distance(ObjectStart, Target) - 0.05));
        double near = Gaussian(tcpToObj, 0, 0.005, Math.Abs(Distance(ObjectStart, TcpStart) - 0.005));
        NumpyScalar reach = HamacherProduct(near, effort.Between0And(1));
        bool success = objToTarget <= 0.05 + 0.015;
        NumpyScalar reward = 10 * (success ? 1 : HamacherProduct(reach, inPlace));
        return new(
            reward: reward, success: success, nearObject: tcpToObj <= 0.01, graspSuccess: true, graspReward: reach,
            inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        Vec3 drawer = DrawPoint();
        _drawer.Place(drawer);
        Target = drawer + new Vec3(0, -0.16, 0.09);
        Simulation.Data.qpos[9] = -0.15;
        Simulation.Data.Forward();
        ObjectStart = _link.Position + Handle;
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object - Up(0.02);
        Vec3 to =
            hand.Y > handle.Y && hand.Z < handle.Z + 0.23 ? hand with { Z = handle.Z + 0.5 }
            : hand.Y > handle.Y ? handle + new Vec3(0, -0.075, 0.23)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle - new Vec3(0, 0.075, 0)
            : handle;
        return new(to, 25, 1);
    }
}
