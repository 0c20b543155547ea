using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>sweep-into-v3: sweep a puck into a hole.</summary>
internal sealed class SweepInto(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "sweep-into-v3", "Sweep a puck into a hole", "sawyer_table_with_hole.xml",
        (world, info) => new SweepInto(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.001, 0.8399, 0.0199],
        High = [0.1, 0.7, 0.02, 0.001, 0.8401, 0.0201],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.001, 0.8399, 0.0199), new(0.001, 0.8401, 0.0201)),
    };

    private static readonly Vec3 Hole = new(0, 0.84, 0.02);
    private readonly Body _puck = world.Body("obj");
    private readonly Geom _puckGeom = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puckGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 puck = seen.Object, hole = Target with { Z = puck.Z };
        double distance = Distance(puck, hole), to = Distance(puck, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, hole));
        double grasp = Enclosing(puck, radius: 0.02, slack: 0.005, xz: 0.01);
        double reward = distance < 0.05 ? 10 : 2 * grasp + 6 * Both(grasp, inPlace);
        bool held = World.Touching(_puckGeom) && seen.Opening > 0;
        return new(reward, distance <= 0.05, to <= 0.03, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        Target = Hole;
        double height = _puck.Position.Z;
        Vec3 puck;
        do
            puck = DrawPoint();
        while (DistanceXY(puck, Target) < 0.15);
        ObjectStart = puck with { Z = height };
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, puck = seen.Object + new Vec3(-0.005, 0, 0.01);
        double effort = DistanceXY(hand, seen.Object) > 0.04 || Math.Abs(hand.Z - seen.Object.Z) > 0.15 ? -1 : 0.7;
        Vec3 to =
            DistanceXY(hand, puck) > 0.04 ? puck + Up(0.3)
            : Math.Abs(hand.Z - puck.Z) > 0.04 ? puck
            : seen.Goal;
        return new(to, 25, effort);
    }
}
