using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// pick-out-of-hole-v3: pick up a puck from a hole. Follows metaworld 3.0.0, <c>envs/sawyer_pick_out_of_hole_v3.py</c>
/// (<c>SawyerPickOutOfHoleEnvV3</c>) and <c>policies/sawyer_pick_out_of_hole_v3_policy.py</c>.
/// </summary>
internal sealed class PickOutOfHole(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "pick-out-of-hole-v3", "Pick up a puck from a hole", "sawyer_pick_out_of_hole.xml",
        (simulation, info) => new PickOutOfHole(simulation, info), Expert)
    {
        Low = [0, 0.75, 0.02, -0.1, 0.5, 0.15],
        High = [0, 0.75, 0.02, 0.1, 0.6, 0.3],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.5, 0.15), new(0.1, 0.6, 0.3)),
        HandBounds = new(new(-0.5, 0.4, -0.05), new(0.5, 1, 0.5)),
    };

    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object, tcp = Tcp;
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, tcp);
        double inPlace = LongTail(objToTarget, 0, 0.02, Distance(ObjectStart, Target));
        // The fingers should be above a floor that rises with the distance from the hole.
        double radius = DistanceXY(tcp, ObjectStart);
        double floor = radius <= 0.03 ? 0 : 0.015 * Math.Log(radius - 0.03) + 0.15;
        double aboveFloor = tcp.Z >= floor ? 1 : LongTail(Math.Max(floor - tcp.Z, 0), 0, 0.01, 0.02);
        NumpyScalar grasp = GripperCagingReward(
            puck, effort, objRadius: 0.015, padSuccessThresh: 0.02, objectReachRadius: 0.01, xzThresh: 0.03,
            CagingDensity.High, desiredGripperEffort: 0.1);
        bool graspSuccess = tcpToObj < 0.04 && puck.Z - 0.02 > ObjectStart.Z && !(obs.Opening < 0.33);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (graspSuccess)
            reward += 1 + 5 * HamacherProduct(inPlace, aboveFloor);
        if (objToTarget < TargetRadius)
            reward = 10;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (ObjectStart, Vec3 goal) = DrawApart(0.15);
        Simulation.SetObject(ObjectStart);
        Target = goal;
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object + Up(0.02), goal = obs.Goal;
        double effort = DistanceXY(hand, puck) > 0.02 || Math.Abs(hand.Z - puck.Z) > 0.15 ? 0 : 0.1;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.15)
            : Math.Abs(hand.Z - puck.Z) > 0.01 ? puck
            : Math.Abs(hand.Z - goal.Z) > 0.04 ? hand with { Z = goal.Z }
            : goal;
        return new(to, 25, effort);
    }
}
