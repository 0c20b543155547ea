using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// handle-pull-side-v3: pull a handle up sideways. Follows metaworld 3.0.0, <c>envs/sawyer_handle_pull_side_v3.py</c>
/// (<c>SawyerHandlePullSideEnvV3</c>) and <c>policies/sawyer_handle_pull_side_v3_policy.py</c>.
/// </summary>
internal sealed class HandlePullSide(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "handle-pull-side-v3", "Pull a handle up sideways", "sawyer_handle_press_sideways.xml",
        (simulation, info) => new HandlePullSide(simulation, info), Expert)
    {
        Low = [-0.35, 0.65, 0],
        High = [-0.25, 0.75, 0],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private readonly Site _handle = simulation.Data.Site("handleCenter");
    private readonly Site _goal = simulation.Data.Site("goalPull");
    private readonly Body _box = simulation.Data.Body("box");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double objToTarget = Distance(handle, Target), tcpToObj = Distance(handle, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            handle, effort, objRadius: 0.032, padSuccessThresh: 0.06, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.High);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (tcpToObj < 0.035 && obs.Opening > 0 && handle.Z - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = obs.Opening > 0 && handle.Z - 0.03 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.08, nearObject: tcpToObj <= 0.05, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        _box.Place(DrawPoint());
        Simulation.SetJoint(-0.1);
        Target = _goal.Position;
        ObjectStart = _handle.Position;
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object;
        double effort = DistanceXY(hand, handle) > 0.04 || Math.Abs(hand.Z - handle.Z) > 0.04 ? 0 : 0.6;
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.03 ? handle
            : handle + Up(1);
        return new(to, 25, effort);
    }
}
