using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>plate-slide-side-v3: slide a plate into a cabinet sideways.</summary>
internal class PlateSlideSide(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "plate-slide-side-v3", "Slide a plate into a cabinet sideways",
        "sawyer_plate_slide_sideway.xml",
        (world, info) => new PlateSlideSide(world, info), Expert)
    {
        Low = [0, 0.6, 0, -0.3, 0.54, 0],
        High = [0, 0.6, 0, -0.25, 0.66, 0],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.3, 0.54, 0), new(-0.25, 0.66, 0)),
    };

    private readonly Geom _plate = world.Geom("puck");
    private readonly Site _goal = world.Site("goal");

    /// <summary>What the plate slides into or out of.</summary>
    protected Body Cabinet { get; } = world.Body("puck_goal");

    public override void Observe(Span<double> objects) => Write(objects, _plate.Position, _plate.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 plate = seen.Object, tcp = Tcp;
        double distance = Distance(plate, Target), to = Distance(plate, tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target) - 0.05);
        double near = LongTail(to, 0, 0.05, Distance(TcpStart, ObjectStart) - 0.05);
        double reward = 1.5 * near;
        if (tcp.Z <= 0.03 && to < 0.07)
            reward = 2 + 7 * inPlace;
        if (distance < 0.05)
            reward = 10;
        return new(reward, distance <= 0.07, to <= 0.03, false, near, inPlace, distance);
    }

    protected override void Reset() => StartAt(0, 0);

    /// <summary>Draws start and target and puts the plate's two slides to where they begin.</summary>
    protected void StartAt(double slideX, double slideY, bool moveCabinet = false)
    {
        var v = Draw();
        (ObjectStart, Target) = (From(v), From(v[3..]));
        if (moveCabinet)
            Cabinet.Place(ObjectStart);
        World.Data.qpos[9] = slideX;
        World.Data.qpos[10] = slideY;
        World.Data.Forward();
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, plate = seen.Object + new Vec3(0.07, 0, -0.005);
        Vec3 to =
            DistanceXY(hand, plate) > 0.04 ? plate + Up(0.1)
            : Math.Abs(hand.Z - plate.Z) > 0.04 ? plate
            : hand.X > -0.2 ? new(hand.X - 0.1, 0.6, hand.Z)
            : plate - new Vec3(0.1, 0, 0);
        return new(to, 25, 1);
    }
}
