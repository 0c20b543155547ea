using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>coffee-pull-v3: pull a mug from a coffee machine.</summary>
internal class CoffeePull(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "coffee-pull-v3", "Pull a mug from a coffee machine", "sawyer_coffee.xml",
        (world, info) => new CoffeePull(world, info), Expert)
    {
        Low = [-0.05, 0.7, -0.001, -0.1, 0.55, -0.001],
        High = [0.05, 0.75, 0.001, 0.1, 0.65, 0.001],
        HandStart = new(0, 0.4, 0.2),
        Goal = new(new(-0.1, 0.55, -0.001), new(0.1, 0.65, 0.001)),
    };

    private static readonly Vec3 HeightMattersLess = new(2, 2, 1);
    private readonly Body _mug = world.Body("obj");
    private readonly Geom _mugGeom = world.Geom("mug");
    private readonly Body _machine = world.Body("coffee_machine");
    private readonly Site _goal = world.Site("mug_goal");

    public override void Observe(Span<double> objects) => Write(objects, _mug.Position, _mugGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 mug = seen.Object;
        double distance = Distance(mug, Target), to = Distance(mug, Tcp);
        double scaled = Distance(mug, Target, HeightMattersLess);
        double inPlace = LongTail(scaled, 0, 0.05, Distance(ObjectStart, Target, HeightMattersLess));
        double grasp = Caging(
            mug, effort, radius: 0.02, pad: 0.05, reach: 0.04, xz: 0.05, Density.Medium, desiredEffort: 0.7);
        double reward = Both(grasp, inPlace);
        if (to < 0.04 && seen.Opening > 0)
            reward += 1 + 5 * inPlace;
        if (scaled < 0.05)
            reward = 10;
        bool held = World.Touching(_mugGeom) && seen.Opening > 0;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        // The mug's free joint is the first of this model.
        World.SetObject(ObjectStart, qpos: 0);
        _machine.Place(MachineStands + new Vec3(0, 0.22, 0));
        _goal.Place(Target);
    }

    /// <summary>What the machine stands behind: here the mug.</summary>
    protected virtual Vec3 MachineStands => ObjectStart;

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, mug = seen.Object + new Vec3(-0.005, 0, 0.05);
        Vec3 grasped = seen.Object + new Vec3(0.01, 0, 0.05);
        double effort = DistanceXY(hand, grasped) > 0.06 || Math.Abs(hand.Z - grasped.Z) > 0.1 ? -1 : 0.7;
        Vec3 to =
            DistanceXY(hand, mug) > 0.06 ? mug + Up(0.15)
            : Math.Abs(hand.Z - mug.Z) > 0.02 ? mug
            : seen.Goal;
        return new(to, 10, effort);
    }
}
