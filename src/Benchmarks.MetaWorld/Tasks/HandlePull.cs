using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// handle-pull-v3: pull a handle up. Follows metaworld 3.0.0, <c>envs/sawyer_handle_pull_v3.py</c>
/// (<c>SawyerHandlePullEnvV3</c>) and <c>policies/sawyer_handle_pull_v3_policy.py</c>.
/// </summary>
internal sealed class HandlePull(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "handle-pull-v3", "Pull a handle up", "sawyer_handle_press.xml",
        (simulation, info) => new HandlePull(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, -0.001],
        High = [0.1, 0.9, 0.001],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.55, 0.04), new(0.1, 0.7, 0.18)),
    };

    private readonly Site _handle = simulation.Data.Site("handleRight");
    private readonly Site _goal = simulation.Data.Site("goalPull");
    private readonly Body _box = simulation.Data.Body("box");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        // As upstream: the start is that of the box, not of its handle, and one condition compares y with z.
        Vec3 handle = obs.Object;
        double objToTarget = Math.Abs(Target.Z - handle.Z), tcpToObj = Distance(handle, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Math.Abs(Target.Z - ObjectStart.Z));
        NumpyScalar grasp = GripperCagingReward(
            handle, effort, objRadius: 0.022, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.High);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (tcpToObj < 0.035 && obs.Opening > 0 && handle.Y - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = obs.Opening > 0 && handle.Z - 0.03 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.05, nearObject: tcpToObj <= 0.05, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        Simulation.SetJoint(-0.1);
        Target = _goal.Position;
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object - new Vec3(0, 0.04, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? handle
            // Upstream returns a number here; numpy uses it for all three coordinates.
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? new(handle.Z, handle.Z, handle.Z)
            : handle + Up(0.1);
        return new(to, 25, 1);
    }
}
