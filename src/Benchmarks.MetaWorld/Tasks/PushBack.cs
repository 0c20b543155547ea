using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// push-back-v3: push the puck to a goal. Follows metaworld 3.0.0, <c>envs/sawyer_push_back_v3.py</c>
/// (<c>SawyerPushBackEnvV3</c>) and <c>policies/sawyer_push_back_v3_policy.py</c>.
/// </summary>
internal sealed class PushBack(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "push-back-v3", "Push the puck to a goal", "sawyer_push_back_v3.xml",
        (simulation, info) => new PushBack(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, 0.02, -0.1, 0.6, 0.0199],
        High = [0.1, 0.85, 0.02, 0.1, 0.7, 0.0201],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.6, 0.0199), new(0.1, 0.7, 0.0201)),
    };

    private readonly Geom _puck = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object;
        double objToTarget = Distance(puck, Target), start = Distance(ObjectStart, Target), tcpToObj = Distance(puck, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, start);
        double grasp = PadCagingReward(puck, objRadius: 0.007, gripSlack: 0.003, xzThresh: 0.01);
        double reward = HamacherProduct(grasp, inPlace);
        if (tcpToObj < 0.01 && obs.Opening is > 0 and < 0.55 && start - objToTarget > 0.01)
            reward += 1 + 5 * inPlace;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_puck) && obs.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
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
        Vec3 hand = obs.Hand, puck = obs.Object;
        double effort = DistanceXY(hand, puck) > 0.04 || Math.Abs(hand.Z - puck.Z) > 0.05 ? 0 : 0.9;
        Vec3 to =
            DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : Math.Abs(hand.Z - puck.Z) > 0.055 ? puck
            : obs.Goal + Up(hand.Z);
        return new(to, 10, effort);
    }
}
