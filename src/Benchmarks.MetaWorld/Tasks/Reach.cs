using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>reach-v3: reach a goal position.</summary>
internal class Reach(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "reach-v3", "Reach a goal position", "sawyer_reach_v3.xml",
        (world, info) => new Reach(world, info), Expert)
    {
        Low = [-0.1, 0.6, 0.02, -0.1, 0.8, 0.05],
        High = [0.1, 0.7, 0.02, 0.1, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.8, 0.05), new(0.1, 0.9, 0.3)),
    };

    private readonly Body _puck = world.Body("obj");
    private readonly Geom _puckGeom = world.Geom("objGeom");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _puck.Position, _puckGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        double distance = Distance(Tcp, Target);
        double inPlace = LongTail(distance, 0, 0.05, Distance(Info.HandStart, Target));
        return Report(distance, inPlace);
    }

    /// <summary>The outcome: upstream reports the distance in the place of some other things.</summary>
    protected virtual Outcome Report(double distance, double inPlace) =>
        new(10 * inPlace, distance <= 0.05, distance, true, distance, inPlace, distance);

    protected override void Reset()
    {
        (ObjectStart, Target) = DrawApart(0.15);
        World.SetObject(ObjectStart);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen) => new(seen.Goal, 5, 0);
}
