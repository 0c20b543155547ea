using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// push-wall-v3: bypass a wall and push a puck to a goal. Follows metaworld 3.0.0, <c>envs/sawyer_push_wall_v3.py</c>
/// (<c>SawyerPushWallEnvV3</c>) and <c>policies/sawyer_push_wall_v3_policy.py</c>.
/// </summary>
internal sealed class PushWall(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "push-wall-v3", "Bypass a wall and push a puck to a goal", "sawyer_push_wall_v3.xml",
        (simulation, info) => new PushWall(simulation, info), Expert)
    {
        Low = [-0.05, 0.6, 0.015, -0.05, 0.85, 0.01],
        High = [0.05, 0.65, 0.015, 0.05, 0.9, 0.02],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.05, 0.85, 0.01), new(0.05, 0.9, 0.02)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(3, 1, 1);
    private readonly Geom _puck = simulation.Data.Geom("objGeom");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object, midpoint = new(-0.05, 0.77, puck.Z);
        double objToTarget = Distance(puck, Target), tcpToObj = Distance(puck, Tcp);
        double wall = LongTail(
            Distance(puck, midpoint, PositionScale), 0, 0.05, Distance(ObjectStart, midpoint, PositionScale));
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Distance(ObjectStart, Target));
        NumpyScalar grasp = GripperCagingReward(
            puck, effort, objRadius: 0.015, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.005,
            CagingDensity.High);
        NumpyScalar reward = 2 * grasp;
        if (tcpToObj < 0.02 && obs.Opening > 0)
            reward = puck.Y > 0.75 ? 2 * grasp + 1 + 4 + 3 * inPlace : 2 * grasp + 1 + 4 * wall;
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
        _goal.Place(Target);
        Simulation.SetObject(ObjectStart);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, puck = obs.Object - new Vec3(0.005, 0, 0);
        double effort = DistanceXY(hand, obs.Object) > 0.02 || Math.Abs(hand.Z - obs.Object.Z) > 0.1 ? 0 : 0.6;
        bool beside = puck.X is (> -0.15 and < 0.05) or (> 0.15 and < 0.35);
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.2)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck + Up(0.03)
            : puck.X is >= -0.1 and <= 0.3 && puck.Y is >= 0.65 and <= 0.75 ? hand - new Vec3(1, 0, 0)
            : beside && puck.Y is >= 0.695 and <= 0.755 ? hand + new Vec3(0, 1, 0)
            : obs.Goal;
        return new(to, 10, effort);
    }
}
