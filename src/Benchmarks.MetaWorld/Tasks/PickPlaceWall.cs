using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>pick-place-wall-v3: pick a puck, bypass a wall and place the puck.</summary>
internal sealed class PickPlaceWall(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "pick-place-wall-v3", "Pick a puck, bypass a wall and place the puck",
        "sawyer_pick_place_wall_v3.xml",
        (world, info) => new PickPlaceWall(world, info), Expert)
    {
        Low = [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
        High = [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.05, 0.85, 0.05), new(0.05, 0.9, 0.3)),
    };

    private static readonly Vec3 HeightMatters = new(1, 1, 3);
    private readonly Geom _puck = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object, overWall = new(Target.X, 0.77, 0.25);
        double distance = Distance(puck, Target), to = Distance(puck, Tcp);
        double wall = LongTail(
            Distance(puck, overWall, HeightMatters), 0, 0.05, Distance(ObjectStart, overWall, HeightMatters));
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(puck, effort, radius: 0.015, pad: 0.05, reach: 0.01, xz: 0.005, Density.None);
        double both = Both(grasp, wall);
        double reward = both;
        if (to < 0.02 && seen.Opening > 0 && puck.Z - 0.015 > ObjectStart.Z)
            reward = puck.Y > 0.75 ? both + 1 + 4 + 3 * inPlace : both + 1 + 4 * wall;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_puck) && seen.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object - new Vec3(0.005, 0, 0), goal = seen.Goal;
        double effort = DistanceXY(hand, seen.Object) > 0.015 || Math.Abs(hand.Z - seen.Object.Z) > 0.1 ? 0 : 0.9;
        bool atWall = hand.X is >= -0.15 and <= 0.35 && hand.Y is >= 0.6 and <= 0.8;
        Vec3 to =
            DistanceXY(hand, puck) > 0.015 ? puck + Up(0.1)
            : Math.Abs(hand.Z - puck.Z) > 0.04 && puck.Z < 0.03 ? puck + Up(0.03)
            : atWall && hand.Z < 0.25 ? hand + Up(1)
            : atWall && hand.Z < 0.35 ? goal with { Z = hand.Z }
            : Math.Abs(hand.Z - goal.Z) > 0.01 ? hand with { Z = goal.Z }
            : goal;
        return new(to, 10, effort);
    }
}
