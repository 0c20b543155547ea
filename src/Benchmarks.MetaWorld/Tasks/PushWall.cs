using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>push-wall-v3: bypass a wall and push a puck to a goal.</summary>
internal sealed class PushWall(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "push-wall-v3", "Bypass a wall and push a puck to a goal", "sawyer_push_wall_v3.xml",
        (world, info) => new PushWall(world, info), Expert)
    {
        Low = [-0.05, 0.6, 0.015, -0.05, 0.85, 0.01],
        High = [0.05, 0.65, 0.015, 0.05, 0.9, 0.02],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.05, 0.85, 0.01), new(0.05, 0.9, 0.02)),
    };

    private static readonly Vec3 AsideMatters = new(3, 1, 1);
    private readonly Geom _puck = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object, aroundWall = new(-0.05, 0.77, puck.Z);
        double distance = Distance(puck, Target), to = Distance(puck, Tcp);
        double wall = LongTail(
            Distance(puck, aroundWall, AsideMatters), 0, 0.05, Distance(ObjectStart, aroundWall, AsideMatters));
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(puck, effort, radius: 0.015, pad: 0.05, reach: 0.01, xz: 0.005, Density.High);
        double reward = 2 * grasp;
        if (to < 0.02 && seen.Opening > 0)
            reward = puck.Y > 0.75 ? 2 * grasp + 1 + 4 + 3 * inPlace : 2 * grasp + 1 + 4 * wall;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_puck) && seen.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.07, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15, height: _puck.Position.Z);
        _goal.Place(Target);
        World.SetObject(ObjectStart);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object - new Vec3(0.005, 0, 0);
        double effort = DistanceXY(hand, seen.Object) > 0.02 || Math.Abs(hand.Z - seen.Object.Z) > 0.1 ? 0 : 0.6;
        bool beside = puck.X is (> -0.15 and < 0.05) or (> 0.15 and < 0.35);
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.2)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck + Up(0.03)
            : puck.X is >= -0.1 and <= 0.3 && puck.Y is >= 0.65 and <= 0.75 ? hand - new Vec3(1, 0, 0)
            : beside && puck.Y is >= 0.695 and <= 0.755 ? hand + new Vec3(0, 1, 0)
            : seen.Goal;
        return new(to, 10, effort);
    }
}
