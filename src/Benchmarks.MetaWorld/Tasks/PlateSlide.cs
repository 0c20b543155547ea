using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>plate-slide-v3: slide a plate into a cabinet.</summary>
internal sealed class PlateSlide(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "plate-slide-v3", "Slide a plate into a cabinet", "sawyer_plate_slide.xml",
        (world, info) => new PlateSlide(world, info), Expert)
    {
        Low = [0, 0.6, 0, -0.1, 0.85, 0],
        High = [0, 0.6, 0, 0.1, 0.9, 0],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.1, 0.85, 0), new(0.1, 0.9, 0)),
    };

    private readonly Geom _plate = world.Geom("puck");
    private readonly Body _cabinet = world.Body("puck_goal");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _plate.Position, _plate.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 plate = seen.Object;
        double distance = Distance(plate, Target), to = Distance(plate, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double near = LongTail(to, 0, 0.05, Distance(TcpStart, ObjectStart));
        double reward = distance < 0.05 ? 10 : 8 * Both(near, inPlace);
        return new(reward, distance <= 0.07, to <= 0.03, false, near, inPlace, distance);
    }

    protected override void Reset()
    {
        var v = Draw();
        (ObjectStart, Target) = (From(v), From(v[3..]));
        _cabinet.Place(Target);
        World.Data.qpos.Slice(9, 2).Clear();
        World.Data.Forward();
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, plate = seen.Object + new Vec3(0, -0.055, 0.03);
        Vec3 to =
            !(DistanceXY(hand, plate) <= 0.03) ? plate + Up(0.1)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : new(seen.Goal.X, 0.9, plate.Z);
        return new(to, 10, -1);
    }
}
