using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>stick-pull-v3: grasp a stick and pull a box with the stick.</summary>
internal sealed class StickPull(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "stick-pull-v3", "Grasp a stick and pull a box with the stick", "sawyer_stick_obj.xml",
        (world, info) => new StickPull(world, info), Expert)
    {
        Low = [-0.1, 0.55, 0, 0.35, 0.45, 0.0199],
        High = [0, 0.65, 0.001, 0.45, 0.55, 0.0201],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(0.35, 0.45, 0.0199), new(0.45, 0.55, 0.0201)),
        Reach = new(new(-0.5, 0.35, 0.05), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 HeightMatters = new(1, 1, 2);
    private static readonly Vec3 Middle = new(0.05, 0, 0);
    private readonly Body _stick = world.Body("stick");
    private readonly Geom _stickGeom = world.Geom("objGeom");
    private readonly Site _stickEnd = world.Site("stick_end");
    private readonly Site _insertion = world.Site("insertion");
    private readonly Body _box = world.Body("object");
    private readonly Site _goal = world.Site("goal");
    private Vec3 _stickStart;

    public override void Observe(Span<double> objects)
    {
        Write(objects, _stick.Position, _stick.Rotation);
        Write(objects[7..], _insertion.Position, Quat.Zero);
    }

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 stick = seen.Object, end = _stickEnd.Position, handle = seen.Second;
        Vec3 box = handle + Middle, boxStart = ObjectStart + Middle;
        double to = Distance(stick, Tcp), distance = Distance(handle, Target);
        double toBox = LongTail(
            Distance(stick, box, HeightMatters), 0, 0.05, Distance(_stickStart, boxStart, HeightMatters));
        double stickHome = LongTail(Distance(stick, Target), 0, 0.05, Distance(_stickStart, Target));
        double boxHome = LongTail(Distance(box, Target), 0, 0.05, Distance(ObjectStart, Target));
        bool held = to < 0.02 && seen.Opening > 0 && stick.Z - 0.01 > _stickStart.Z;
        bool inserted = end.X >= handle.X && Math.Abs(end.Y - handle.Y) <= 0.04 && Math.Abs(end.Z - handle.Z) <= 0.06;
        // Caging measures from the box's start, not the stick's: as upstream.
        double grasp = held ? 1 : Caging(stick, effort, radius: 0.014, pad: 0.05, reach: 0.01, xz: 0.01, Density.High);
        double both = Both(grasp, toBox);
        double reward = both;
        if (held)
        {
            reward = inserted ? 1 + both + 5 + 2 * stickHome + boxHome : 1 + both + 5 * toBox;
            if (inserted && distance <= 0.12)
                reward = 10;
        }

        bool lifted = World.Touching(_stickGeom) && seen.Opening > 0 && stick.Z - 0.02 > ObjectStart.Z;
        return new(reward, distance <= 0.12 && inserted, to <= 0.03, lifted, grasp, toBox, distance);
    }

    protected override void Reset()
    {
        (Vec3 stick, Vec3 goal) = DrawApart(0.1);
        (_stickStart, Target) = (stick with { Z = 0.02 }, goal with { Z = 0.02 });
        World.SetObject(_stickStart);
        SetBox(0, 0.09);
        ObjectStart = _box.Position;
        _goal.Place(Target);

        void SetBox(double x, double y)
        {
            World.Data.qpos[17] = y;
            World.SetJoint(x, qpos: 16, dof: 16);
        }
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, above = new(-0.015, 0, 0.03), stick = seen.Object + above, handle = seen.Second + above;
        double effort = DistanceXY(hand, stick) > 0.02 || Math.Abs(hand.Z - stick.Z) > 0.1 ? -1 : 0.7;
        Vec3 to =
            !(Math.Abs(stick.X - handle.X) > 0.04) ? seen.Goal - new Vec3(0.05, 0, 0)
            : DistanceXY(hand, stick) > 0.02 ? stick + Up(0.1)
            : Math.Abs(hand.Z - stick.Z) > 0.02 ? stick
            : Math.Abs(stick.Y - handle.Y) > 0.02 ? stick with { Y = handle.Y }
            : Math.Abs(stick.Z - handle.Z) > 0.02 ? handle with { X = stick.X }
            : handle;
        return new(to, 25, effort);
    }
}
