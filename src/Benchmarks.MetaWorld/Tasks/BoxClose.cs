using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>box-close-v3: grasp the cover and close the box with it.</summary>
internal sealed class BoxClose(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "box-close-v3", "Grasp the cover and close the box with it", "sawyer_box.xml",
        (world, info) => new BoxClose(world, info), Expert)
    {
        Low = [-0.05, 0.5, 0.02, -0.1, 0.7, 0.133],
        High = [0.05, 0.55, 0.02, 0.1, 0.8, 0.133],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.7, 0.133), new(0.1, 0.8, 0.133)),
    };

    private static readonly Quat Upright = new(0.707, 0, 0, 0.707);
    private static readonly Vec3 HeightMatters = new(1, 1, 3);
    private readonly Body _lid = world.Body("top_link");
    private readonly Body _box = world.Body("boxbody");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _lid.Position, _lid.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        double grasp = Math.Clamp(((float)Math.Clamp(effort, -1, 1) + 1f) / 2f, 0f, 1f);
        double upright = Math.Max(1 - Quat.Distance(seen.ObjectOrientation, Upright) / 0.2, 0);
        Vec3 hand = seen.Hand, lid = seen.Object + Up(0.02);
        // Away from the lid the hand should be high enough to come down on it.
        double aside = DistanceXY(hand, lid);
        double floor = aside <= 0.02 ? 0 : 0.04 * Math.Log(aside - 0.02) + 0.4;
        double above = hand.Z >= floor ? 1 : LongTail(floor - hand.Z, 0, 0.01, floor / 2);
        double ready = Both(above, LongTail(Distance(hand, lid), 0, 0.02, 0.5));
        double closed = LongTail(Distance(Target, lid, HeightMatters), 0, 0.05, 0.25);
        double lifted = 0.2 * (lid.Z > 0.04 ? 1 : 0) + 0.8 * closed;
        bool success = Distance(seen.Object, Target) < 0.08;
        double reward = success ? 10 : 2 * Both(grasp, ready) + 8 * lifted;
        return new(reward * upright, success, ready, grasp >= 0.5, grasp, lifted, 0);
    }

    protected override void Reset()
    {
        double height = _box.Position.Z;
        (Vec3 lid, Target) = DrawApart(0.25);
        ObjectStart = lid with { Z = 0.02f };
        _box.Place(Target with { Z = height });
        World.Data.Step(SawyerWorld.FrameSkip);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, lid = seen.Object + Up(0.02), box = seen.Goal with { Z = 0.15 };
        double effort = DistanceXY(hand, lid) > 0.01 || Math.Abs(hand.Z - lid.Z) > 0.13 ? 0.5 : 1;
        Vec3 to =
            DistanceXY(hand, lid) > 0.01 ? lid with { Z = 0.2 }
            : Math.Abs(hand.Z - lid.Z) > 0.05 ? lid
            : Math.Abs(hand.Z - box.Z) > 0.04 ? hand with { Z = box.Z }
            : box;
        return new(to, 25, effort);
    }
}
