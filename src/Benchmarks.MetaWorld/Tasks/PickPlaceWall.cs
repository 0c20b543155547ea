using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// pick-place-wall-v3: pick a puck, bypass a wall and place the puck. Follows metaworld 3.0.0,
/// <c>envs/sawyer_pick_place_wall_v3.py</c> (<c>SawyerPickPlaceWallEnvV3</c>) and
/// <c>policies/sawyer_pick_place_wall_v3_policy.py</c>.
/// </summary>
internal sealed class PickPlaceWall(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "pick-place-wall-v3", "Pick a puck, bypass a wall and place the puck",
        "sawyer_pick_place_wall_v3.xml",
        (simulation, info) => new PickPlaceWall(simulation, info), Expert)
    {
        Low = [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
        High = [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.05, 0.85, 0.05), new(0.05, 0.9, 0.3)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(1, 1, 3);
    private readonly Geom _puck = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object, midpoint = new(Target.X, 0.77, 0.25);
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, Tcp);
        double wall = LongTail(
            Distance(puck, midpoint, PositionScale), 0, 0.05, Distance(ObjectStart, midpoint, PositionScale));
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            puck, effort, objRadius: 0.015, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.None);
        NumpyScalar graspAndWall = HamacherProduct(grasp, wall);
        NumpyScalar reward = graspAndWall;
        if (tcpToObj < 0.02 && obs.Opening > 0 && puck.Z - 0.015 > ObjectStart.Z)
            reward = puck.Y > 0.75 ? graspAndWall + 1 + 4 + 3 * inPlace : graspAndWall + 1 + 4 * wall;
        if (objToTarget < TargetRadius)
            reward = 10;
        bool graspSuccess = Simulation.IsGrasping(_puck) && obs.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(
            reward: reward, success: objToTarget <= 0.07, nearObject: tcpToObj <= 0.03, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object - new Vec3(0.005, 0, 0), goal = obs.Goal;
        double effort = DistanceXY(hand, obs.Object) > 0.015 || Math.Abs(hand.Z - obs.Object.Z) > 0.1 ? 0 : 0.9;
        bool atWall = hand.X is >= -0.15 and <= 0.35 && hand.Y is >= 0.6 and <= 0.8;
        Vec3 to =
            DistanceXY(hand, puck) > 0.015 ? puck + Up(0.1)
            : Math.Abs(hand.Z - puck.Z) > 0.04 && puck.Z < 0.03 ? puck + Up(0.03)
            : atWall && hand.Z < 0.25 ? hand + Up(1)
            : atWall && hand.Z < 0.35 ? goal with { Z = hand.Z }
            : Math.Abs(hand.Z - goal.Z) > 0.01 ? hand with { Z = goal.Z }
            : goal;
        return new(to, 10, effort);
    }
}
