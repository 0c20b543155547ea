using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>push-back-v3: push the puck to a goal.</summary>
internal sealed class PushBack(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "push-back-v3", "Push the puck to a goal", "sawyer_push_back_v3.xml",
        (world, info) => new PushBack(world, info), Expert)
    {
        Low = [-0.1, 0.8, 0.02, -0.1, 0.6, 0.0199],
        High = [0.1, 0.85, 0.02, 0.1, 0.7, 0.0201],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.6, 0.0199), new(0.1, 0.7, 0.0201)),
    };

    private readonly Geom _puck = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object;
        double distance = Distance(puck, Target), start = Distance(ObjectStart, Target), to = Distance(puck, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, start);
        double grasp = Enclosing(puck, radius: 0.007, slack: 0.003, xz: 0.01);
        double reward = Both(grasp, inPlace);
        if (to < 0.01 && seen.Opening is > 0 and < 0.55 && start - distance > 0.01)
            reward += 1 + 5 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_puck) && seen.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15, height: _puck.Position.Z);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object;
        double effort = DistanceXY(hand, puck) > 0.04 || Math.Abs(hand.Z - puck.Z) > 0.05 ? 0 : 0.9;
        Vec3 to =
            DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : Math.Abs(hand.Z - puck.Z) > 0.055 ? puck
            : seen.Goal + Up(hand.Z);
        return new(to, 10, effort);
    }
}
