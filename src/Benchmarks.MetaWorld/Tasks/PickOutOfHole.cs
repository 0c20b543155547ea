using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>pick-out-of-hole-v3: pick up a puck from a hole.</summary>
internal sealed class PickOutOfHole(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "pick-out-of-hole-v3", "Pick up a puck from a hole", "sawyer_pick_out_of_hole.xml",
        (world, info) => new PickOutOfHole(world, info), Expert)
    {
        Low = [0, 0.75, 0.02, -0.1, 0.5, 0.15],
        High = [0, 0.75, 0.02, 0.1, 0.6, 0.3],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.5, 0.15), new(0.1, 0.6, 0.3)),
        Reach = new(new(-0.5, 0.4, -0.05), new(0.5, 1, 0.5)),
    };

    private readonly Body _puck = world.Body("obj");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object, tcp = Tcp;
        double distance = Distance(puck, Target), to = Distance(puck, tcp);
        double inPlace = LongTail(distance, 0, 0.02, Distance(ObjectStart, Target));
        // Away from the hole the fingers should be above its rim.
        double aside = DistanceXY(tcp, ObjectStart);
        double floor = aside <= 0.03 ? 0 : 0.015 * Math.Log(aside - 0.03) + 0.15;
        double above = tcp.Z >= floor ? 1 : LongTail(Math.Max(floor - tcp.Z, 0), 0, 0.01, 0.02);
        double grasp = Caging(
            puck, effort, radius: 0.015, pad: 0.02, reach: 0.01, xz: 0.03, Density.High, desiredEffort: 0.1);
        bool held = to < 0.04 && puck.Z - 0.02 > ObjectStart.Z && !(seen.Opening < 0.33);
        double reward = Both(grasp, inPlace);
        if (held)
            reward += 1 + 5 * Both(inPlace, above);
        if (distance < 0.05)
            reward = 10;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Vec3 goal) = DrawApart(0.15);
        World.SetObject(ObjectStart);
        Target = goal;
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object + Up(0.02), goal = seen.Goal;
        double effort = DistanceXY(hand, puck) > 0.02 || Math.Abs(hand.Z - puck.Z) > 0.15 ? 0 : 0.1;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.15)
            : Math.Abs(hand.Z - puck.Z) > 0.01 ? puck
            : Math.Abs(hand.Z - goal.Z) > 0.04 ? hand with { Z = goal.Z }
            : goal;
        return new(to, 25, effort);
    }
}
