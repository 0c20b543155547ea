using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>peg-unplug-side-v3: unplug a peg sideways.</summary>
internal sealed class PegUnplugSide(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "peg-unplug-side-v3", "Unplug a peg sideways", "sawyer_peg_unplug_side.xml",
        (world, info) => new PegUnplugSide(world, info), Expert)
    {
        Low = [-0.25, 0.6, -0.001],
        High = [-0.15, 0.8, 0.001],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.055999999999999994, 0.6, 0.13), new(0.04400000000000001, 0.8, 0.132)),
    };

    private readonly Site _plugEnd = world.Site("pegEnd");
    private readonly Body _plug = world.Body("plug1");
    private readonly Body _box = world.Body("box");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _plugEnd.Position, _plug.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 plug = seen.Object;
        double distance = Distance(plug, Target), to = Distance(plug, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(
            plug, effort, radius: 0.025, pad: 0.05, reach: 0.01, xz: 0.005, Density.High, desiredEffort: 0.8);
        bool held = seen.Opening > 0.5 && plug.X - ObjectStart.X > 0.015;
        double reward = 2 * grasp;
        if (held && to < 0.035)
            reward = 1 + 2 * grasp + 5 * inPlace;
        if (distance <= 0.05)
            reward = 10;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        Vec3 box = DrawPoint();
        _box.Place(box);
        Vec3 plug = box + new Vec3(0.044, 0, 0.131);
        ReadOnlySpan<double> straight = [1, 0, 0, 0];
        straight.CopyTo(World.Data.qpos.Slice(12, 4));
        World.SetObject(plug, dofs: 3);
        ObjectStart = _plugEnd.Position;
        Target = plug + new Vec3(0.15, 0, 0);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, plug = seen.Object + new Vec3(-0.02, 0, 0.035);
        double effort = DistanceXY(hand, plug) > 0.04 || Math.Abs(hand.Z - plug.Z) > 0.15 ? -1 : 0.1;
        Vec3 to =
            DistanceXY(hand, plug) > 0.04 ? plug + Up(0.2)
            : Math.Abs(hand.Z - 0.15) > 0.02 ? plug with { Z = 0.15 }
            : hand + new Vec3(0.01, 0, 0);
        return new(to, 25, effort);
    }
}
