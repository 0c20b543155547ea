using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>stick-push-v3: grasp a stick and push a box using the stick.</summary>
internal sealed class StickPush(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "stick-push-v3", "Grasp a stick and push a box using the stick", "sawyer_stick_obj.xml",
        (world, info) => new StickPush(world, info), Expert)
    {
        Low = [-0.08, 0.58, 0, 0.399, 0.55, 0.1319],
        High = [-0.03, 0.62, 0.001, 0.401, 0.6, 0.1321],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(0.399, 0.55, 0.1319), new(0.401, 0.6, 0.1321)),
    };

    private readonly Body _stick = world.Body("stick");
    private readonly Geom _stickGeom = world.Geom("objGeom");
    private readonly Site _insertion = world.Site("insertion");
    private readonly Body _box = world.Body("object");
    private readonly Site _goal = world.Site("goal");
    private Vec3 _stickStart;

    public override void Observe(Span<double> objects)
    {
        Write(objects, _stick.Position, _stick.Rotation);
        Write(objects[7..], _insertion.Position + new Vec3(0, 0.09, 0), Quat.Zero);
    }

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 stick = seen.Object + new Vec3(0.015, 0, 0), box = seen.Second;
        double to = Distance(stick, Tcp), distance = Distance(box, Target);
        double stickHome = LongTail(Distance(stick, Target), 0, 0.12, Distance(_stickStart, Target) - 0.12);
        double boxHome = LongTail(distance, 0, 0.12, Distance(ObjectStart, Target) - 0.12);
        double grasp = Caging(
            stick, effort, radius: 0.04, pad: 0.05, reach: 0.01, xz: 0.01, Density.High, start: _stickStart);
        double reward = grasp;
        if (to < 0.02 && seen.Opening > 0 && stick.Z - 0.01 > _stickStart.Z)
        {
            grasp = 1;
            reward = distance <= 0.12 ? 10 : 2 + 5 * stickHome + 3 * boxHome;
        }

        bool held = World.Touching(_stickGeom) && seen.Opening > 0 && seen.Object.Z - 0.01 > _stickStart.Z;
        return new(reward, held && distance <= 0.12, to <= 0.03, held, grasp, stickHome, distance);
    }

    protected override void Reset()
    {
        (Vec3 stick, Vec3 goal) = DrawApart(0.1);
        (_stickStart, Target) = (stick with { Z = 0.02 }, goal with { Z = _insertion.Position.Z });
        World.SetObject(_stickStart);
        World.Data.qpos[17] = 0;
        World.SetJoint(0, qpos: 16, dof: 16);
        ObjectStart = _box.Position;
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, stick = seen.Object + new Vec3(0.015, 0, 0.03), box = seen.Second;
        double effort = DistanceXY(hand, stick) > 0.02 || Math.Abs(hand.Z - stick.Z) > 0.1 ? -1 : 0.7;
        Vec3 to =
            !(Math.Abs(stick.X - box.X) > 0.04) ? seen.Goal + Up(0.132)
            : DistanceXY(hand, stick) > 0.02 ? stick + Up(0.1)
            : Math.Abs(hand.Z - stick.Z) > 0.02 ? stick
            : Math.Abs(stick.Y - box.Y) > 0.02 ? stick with { Y = box.Y }
            : Math.Abs(stick.Z - box.Z) > 0.02 ? box with { X = stick.X }
            : box;
        return new(to, 10, effort);
    }
}
