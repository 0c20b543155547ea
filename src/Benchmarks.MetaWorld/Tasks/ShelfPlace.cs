using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>shelf-place-v3: pick and place a puck onto a shelf.</summary>
internal sealed class ShelfPlace(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "shelf-place-v3", "Pick and place a puck onto a shelf", "sawyer_shelf_placing.xml",
        (world, info) => new ShelfPlace(world, info), Expert)
    {
        Low = [-0.1, 0.5, 0.019, -0.1, 0.8, 0.299],
        High = [0.1, 0.6, 0.021, 0.1, 0.9, 0.301],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.8, 0.299), new(0.1, 0.9, 0.301)),
    };

    private const double ShelfDepth = 3 * 0.05;
    private readonly Body _puck = world.Body("obj");
    private readonly Geom _puckGeom = world.Geom("objGeom");
    private readonly Body _shelf = world.Body("shelf");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puckGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object;
        double distance = Distance(puck, Target), to = Distance(puck, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(puck, effort, radius: 0.02, pad: 0.05, reach: 0.01, xz: 0.01, Density.None);
        double reward = Both(grasp, inPlace);

        // Under the board it is less in place the further in it is, and not at all behind it.
        if (puck.Z is > 0 and < 0.24 && puck.X > Target.X - 0.15 && puck.X < Target.X + 0.15)
        {
            double front = Target.Y - ShelfDepth;
            if (front < puck.Y && puck.Y < Target.Y)
                inPlace = Math.Clamp(inPlace - Both((puck.Y - front) / ShelfDepth, (0.24 - puck.Z) / 0.24), 0, 1);
            if (puck.Y > Target.Y)
                inPlace = 0;
        }

        if (to < 0.025 && seen.Opening > 0 && puck.Z - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_puckGeom) && seen.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        double height = _puck.Position.Z;
        (Vec3 puck, Vec3 goal) = DrawApart(0.1);
        Vec3 shelf = goal with { Z = goal.Z - 0.3 };
        ObjectStart = puck with { Z = height };
        _shelf.Place(shelf);
        World.Data.Forward();
        Target = _goal.ModelPosition + shelf;
        World.SetObject(ObjectStart);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object + new Vec3(-0.005, 0, 0.015), goal = seen.Goal;
        double effort = DistanceXY(hand, seen.Object) > 0.04 || Math.Abs(hand.Z - seen.Object.Z) > 0.15 ? -1 : 0.7;
        Vec3 to =
            DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck
            : Math.Abs(hand.X - goal.X) > 0.02 ? new(goal.X, hand.Y, 0.3)
            : hand.Z < 0.3 ? hand + Up(0.3)
            : hand + new Vec3(0, 0.05, 0);
        return new(to, 25, effort);
    }
}
