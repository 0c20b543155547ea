using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// bin-picking-v3: grasp the puck from one bin and place it into another bin. Follows metaworld 3.0.0,
/// <c>envs/sawyer_bin_picking_v3.py</c> (<c>SawyerBinPickingEnvV3</c>) and
/// <c>policies/sawyer_bin_picking_v3_policy.py</c>.
/// </summary>
internal sealed class BinPicking(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "bin-picking-v3", "Grasp the puck from one bin and place it into another bin",
        "sawyer_bin_picking.xml",
        (simulation, info) => new BinPicking(simulation, info), Expert)
    {
        Low = [-0.21, 0.65, 0.02, 0.1199, 0.699, -0.001],
        High = [-0.03, 0.75, 0.02, 0.1201, 0.701, 0.001],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(0.1199, 0.699, -0.001), new(0.1201, 0.701, 0.001)),
        HandBounds = new(new(-0.5, 0.4, 0.07), new(0.5, 1, 0.5)),
    };

    private readonly Body _puck = simulation.Data.Body("obj");
    private readonly Body _bin = simulation.Data.Body("bin_goal");
    private double? _firstDistance;

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 puck = obs.Object, hand = obs.Hand;
        double objToTarget = Distance(puck, Target);
        _firstDistance ??= objToTarget;
        double inPlace = LongTail(objToTarget, 0, TargetRadius, _firstDistance.Value);
        // Between the bins the hand should be above a floor that rises with the distance from both.
        double floor = Math.Min(Floor(DistanceXY(hand, ObjectStart)), Floor(DistanceXY(hand, Target)));
        double aboveFloor = hand.Z >= floor ? 1 : LongTail(Math.Max(floor - hand.Z, 0), 0, 0.01, 0.05);
        NumpyScalar grasp = GripperCagingReward(
            puck, effort, objRadius: 0.015, padSuccessThresh: 0.05, objectReachRadius: 0.01, xzThresh: 0.01,
            CagingDensity.High, desiredGripperEffort: 0.7);
        bool near = Distance(puck, hand) < 0.04;
        bool graspSuccess = near && puck.Z - 0.02 > ObjectStart.Z && !(obs.Opening < 0.43);
        NumpyScalar reward = HamacherProduct(grasp, inPlace);
        if (graspSuccess)
            reward += 1 + 5 * HamacherProduct(aboveFloor, inPlace);
        if (objToTarget < TargetRadius)
            reward = 10;
        return new(
            reward: reward, success: objToTarget <= 0.05, nearObject: near, graspSuccess: graspSuccess,
            graspReward: grasp, inPlaceReward: inPlace, objectToTarget: objToTarget);

        static double Floor(double radius) => radius > 0.03 ? 0.02 * Math.Log(radius - 0.03) + 0.2 : 0;
    }

    protected override void Reset()
    {
        double height = _puck.Position.Z;
        ObjectStart = DrawPoint() with { Z = height };
        Simulation.SetObject(ObjectStart);
        Target = _bin.Position;
        _firstDistance = null;
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, bin = new(0.12, 0.7, 0.02);
        Vec3 puck = obs.Object + Up(0.03);
        puck = puck with { Y = Math.Clamp(puck.Y, 0.675, 0.725) };
        double effort = DistanceXY(hand, puck) > 0.02 || Math.Abs(hand.Z - puck.Z) > 0.02 ? -1 : 0.6;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.15)
            : Math.Abs(hand.Z - puck.Z) > 0.01 ? puck
            : DistanceXY(hand, bin) > 0.02 ? (hand.Z < 0.15 ? hand + Up(0.1) : bin with { Z = 0.18 })
            : bin;
        return new(to, 25, effort);
    }
}
