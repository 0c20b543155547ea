using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// peg-unplug-side-v3: unplug a peg sideways. Follows metaworld 3.0.0, <c>envs/sawyer_peg_unplug_side_v3.py</c>
/// (<c>SawyerPegUnplugSideEnvV3</c>) and <c>policies/sawyer_peg_unplug_side_v3_policy.py</c>.
/// </summary>
internal sealed class PegUnplugSide(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "peg-unplug-side-v3", "Unplug a peg sideways", "sawyer_peg_unplug_side.xml",
        (simulation, info) => new PegUnplugSide(simulation, info), Expert)
    {
        Low = [-0.25, 0.6, -0.001],
        High = [-0.15, 0.8, 0.001],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.055999999999999994, 0.6, 0.13), new(0.04400000000000001, 0.8, 0.132)),
    };

    private readonly Site _plugEnd = simulation.Data.Site("pegEnd");
    private readonly Body _plug = simulation.Data.Body("plug1");
    private readonly Body _box = simulation.Data.Body("box");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _plugEnd.Position, _plug.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 plug = obs.Object;
        double objToTarget = Distance(plug, Target), tcpToObj = Distance(plug, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            plug, effort, objRadius: 0.025, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.High, desiredGripperEffort: 0.8);
        bool graspSuccess = obs.Opening > 0.5 && plug.X - ObjectStart.X > 0.015;
        NumpyScalar reward = 2 * grasp;
        if (graspSuccess && tcpToObj < 0.035)
            reward = 1 + 2 * grasp + 5 * inPlace;
        if (objToTarget <= 0.05)
            reward = 10;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        Vec3 box = DrawPoint();
        _box.Place(box);
        Vec3 plug = box + new Vec3(0.044, 0, 0.131);
        ReadOnlySpan<double> straight = [1, 0, 0, 0];
        straight.CopyTo(Simulation.Data.qpos.Slice(12, 4));
        Simulation.SetObject(plug, dofs: 3);
        ObjectStart = _plugEnd.Position;
        Target = plug + new Vec3(0.15, 0, 0);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, plug = obs.Object + new Vec3(-0.02, 0, 0.035);
        double effort = DistanceXY(hand, plug) > 0.04 || Math.Abs(hand.Z - plug.Z) > 0.15 ? -1 : 0.1;
        Vec3 to =
            DistanceXY(hand, plug) > 0.04 ? plug + Up(0.2)
            : Math.Abs(hand.Z - 0.15) > 0.02 ? plug with { Z = 0.15 }
            : hand + new Vec3(0.01, 0, 0);
        return new(to, 25, effort);
    }
}
