using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>push-v3: push the puck to a goal.</summary>
internal sealed class Push(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "push-v3", "Push the puck to a goal", "sawyer_push_v3.xml",
        (world, info) => new Push(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.1, 0.8, 0.01],
        High = [0.1, 0.7, 0.02, 0.1, 0.9, 0.02],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.8, 0.01), new(0.1, 0.9, 0.02)),
    };

    private readonly Body _puck = world.Body("obj");
    private readonly Geom _puckGeom = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puckGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object;
        double distance = Distance(puck, Target), to = Distance(puck, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(puck, effort, radius: 0.015, pad: 0.05, reach: 0.01, xz: 0.005, Density.High);
        double reward = 2 * grasp;
        if (to < 0.02 && seen.Opening > 0)
            reward += 1 + reward + 5 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = World.Touching(_puckGeom) && seen.Opening > 0 && puck.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.05, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15, height: _puck.Position.Z);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object - new Vec3(0.005, 0, 0);
        double effort = DistanceXY(hand, seen.Object) > 0.02 || Math.Abs(hand.Z - seen.Object.Z) > 0.1 ? 0 : 0.6;
        Vec3 to =
            DistanceXY(hand, puck) > 0.02 ? puck + Up(0.2)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck + Up(0.03)
            : seen.Goal;
        return new(to, 10, effort);
    }
}
