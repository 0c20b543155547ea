using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>sweep-v3: sweep a puck off the table.</summary>
internal sealed class Sweep(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "sweep-v3", "Sweep a puck off the table", "sawyer_sweep_v3.xml",
        (world, info) => new Sweep(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02],
        High = [0.1, 0.7, 0.02],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(0.49, 0.6, 0), new(0.51, 0.7, 0.02)),
    };

    private readonly Body _puck = world.Body("obj");
    private readonly Geom _puckGeom = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puck.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object;
        double distance = Distance(puck, Target), to = Distance(puck, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Enclosing(puck, radius: 0.02, slack: 0.01, xz: 0.005);
        double reward = distance < 0.05 ? 10 : 2 * grasp + 6 * Both(grasp, inPlace);
        bool held = World.Touching(_puckGeom) && seen.Opening > 0;
        return new(reward, distance <= 0.05, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint() with { Z = 0.02 };
        Target = new(0.5, ObjectStart.Y, 0.01);
        World.SetObject(ObjectStart);
        // The mark stays at the origin: MuJoCo compiled it as one with the world's frame.
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object + Up(0.015);
        double effort =
            DistanceXY(hand, seen.Object) > 0.04 || Math.Abs(hand.Z - seen.Object.Z) > 0.15 ? -1
            : seen.Object.X < 0.4 ? 0.7
            : -1;
        Vec3 to =
            hand.X < 0.2 && DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : hand.X < 0.2 && Math.Abs(hand.Z - puck.Z) > 0.04 ? puck
            : seen.Goal + Up(0.1);
        return new(to, 25, effort);
    }
}
