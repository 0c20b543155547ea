using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// box-close-v3: grasp the cover and close the box with it. Follows metaworld 3.0.0, <c>envs/sawyer_box_close_v3.py</c>
/// (<c>SawyerBoxCloseEnvV3</c>) and <c>policies/sawyer_box_close_v3_policy.py</c>.
/// </summary>
internal sealed class BoxClose(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "box-close-v3", "Grasp the cover and close the box with it", "sawyer_box.xml",
        (simulation, info) => new BoxClose(simulation, info), Expert)
    {
        Low = [-0.05, 0.5, 0.02, -0.1, 0.7, 0.133],
        High = [0.05, 0.55, 0.02, 0.1, 0.8, 0.133],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.1, 0.7, 0.133), new(0.1, 0.8, 0.133)),
    };

    private static readonly Quat Upright = new(0.707, 0, 0, 0.707);
    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(1, 1, 3);
    private readonly Body _lid = simulation.Data.Body("top_link");
    private readonly Body _box = simulation.Data.Body("boxbody");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _lid.Position, _lid.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        double grasp = ((effort.Clip(-1, 1) + 1) / 2).Clip(0, 1).Value;
        double upright = Math.Max(1 - Quat.Distance(obs.ObjectOrientation, Upright) / 0.2, 0);
        Vec3 hand = obs.Hand, lid = obs.Object + Up(0.02);
        // The hand should be above a floor that rises with the distance from the lid.
        double radius = DistanceXY(hand, lid);
        double floor = radius <= 0.02 ? 0 : 0.04 * Math.Log(radius - 0.02) + 0.4;
        double aboveFloor = hand.Z >= floor ? 1 : LongTail(floor - hand.Z, 0, 0.01, floor / 2);
        double ready = HamacherProduct(aboveFloor, LongTail(Distance(hand, lid), 0, 0.02, 0.5));
        double closed = LongTail(Distance(Target, lid, PositionScale), 0, 0.05, 0.25);
        double lifted = 0.2 * (lid.Z > 0.04 ? 1 : 0) + 0.8 * closed;
        bool success = Distance(obs.Object, Target) < 0.08;
        double reward = success ? 10 : 2 * HamacherProduct(grasp, ready) + 8 * lifted;
        return new(
            reward: reward * upright, success: success, nearObject: ready, graspSuccess: grasp >= 0.5,
            graspReward: grasp, inPlaceReward: lifted, objectToTarget: 0);
    }

    protected override void Reset()
    {
        double height = _box.Position.Z;
        (Vec3 lid, Target) = DrawApart(0.25);
        ObjectStart = lid with { Z = 0.02f };
        _box.Place(Target with { Z = height });
        Simulation.Data.Step(SawyerSimulation.FrameSkip);
        Simulation.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, lid = obs.Object + Up(0.02), box = obs.Goal with { Z = 0.15 };
        double effort = DistanceXY(hand, lid) > 0.01 || Math.Abs(hand.Z - lid.Z) > 0.13 ? 0.5 : 1;
        Vec3 to =
            DistanceXY(hand, lid) > 0.01 ? lid with { Z = 0.2 }
            : Math.Abs(hand.Z - lid.Z) > 0.05 ? lid
            : Math.Abs(hand.Z - box.Z) > 0.04 ? hand with { Z = box.Z }
            : box;
        return new(to, 25, effort);
    }
}
