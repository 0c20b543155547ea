using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>hand-insert-v3: insert the gripper into a hole.</summary>
internal sealed class HandInsert(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "hand-insert-v3", "Insert the gripper into a hole", "sawyer_table_with_hole.xml",
        (world, info) => new HandInsert(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.05, -0.04, 0.8, -0.0201],
        High = [0.1, 0.7, 0.05, 0.04, 0.88, -0.0199],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.04, 0.8, -0.0201), new(0.04, 0.88, -0.0199)),
        Reach = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private readonly Body _block = world.Body("obj");
    private readonly Geom _blockGeom = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _block.Position, _block.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 block = seen.Object;
        double distance = Distance(block, Target), to = Distance(block, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(block, effort, radius: 0.015, pad: 0.05, reach: 0.01, xz: 0.005, Density.High);
        double reward = Both(grasp, inPlace);
        if (to < 0.02 && seen.Opening > 0)
            reward += 1 + 7 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_blockGeom) && seen.Opening > 0 && block.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.05, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (Vec3 block, Target) = DrawApart(0.15);
        ObjectStart = block with { Z = 0.05 };
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, block = seen.Object, goal = seen.Goal;
        double effort = DistanceXY(hand, block) > 0.02 || Math.Abs(hand.Z - block.Z) > 0.1 ? 0 : 0.65;
        Vec3 to =
            DistanceXY(hand, block) > 0.02 ? block + Up(0.1)
            : Math.Abs(hand.Z - block.Z) > 0.05 ? block + Up(0.03)
            : DistanceXY(hand, goal) > 0.04 ? goal with { Z = hand.Z }
            : goal;
        return new(to, 10, effort);
    }
}
