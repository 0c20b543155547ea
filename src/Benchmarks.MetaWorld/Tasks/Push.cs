using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// push-v3: push the puck to a goal. Follows metaworld 3.0.0, <c>envs/sawyer_push_v3.py</c> (<c>SawyerPushEnvV3</c>)
/// and <c>policies/sawyer_push_v3_policy.py</c>.
/// </summary>
internal sealed class Push(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "push-v3", "Push the puck to a goal", "sawyer_push_v3.xml",
        (simulation, info) => new Push(simulation, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.1, 0.8, 0.01],
        High = [0.1, 0.7, 0.02, 0.1, 0.9, 0.02],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.8, 0.01), new(0.1, 0.9, 0.02)),
    };

    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Geom _puckGeom = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puckGeom.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object;
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            puck, effort, objRadius: 0.015, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.High);
        NumpyScalar reward = 2 * grasp;
        if (tcpToObj < 0.02 && obs.Opening > 0)
            reward += 1 + reward + 5 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_puckGeom) && obs.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.05, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15, height: _puck.Position.Z);
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object - new Vec3(0.005, 0, 0);
        double effort = DistanceXY(hand, obs.Object) > 0.02 || Math.Abs(hand.Z - obs.Object.Z) > 0.1 ? 0 : 0.6;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.2)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck + Up(0.03)
            : obs.Goal;
        return new(to, 10, effort);
    }
}
