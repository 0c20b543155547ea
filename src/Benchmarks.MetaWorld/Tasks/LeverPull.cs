using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>lever-pull-v3: pull a lever down 90 degrees.</summary>
internal sealed class LeverPull(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "lever-pull-v3", "Pull a lever down 90 degrees", "sawyer_lever_pull.xml",
        (world, info) => new LeverPull(world, info), Expert)
    {
        Low = [-0.1, 0.7, 0],
        High = [0.1, 0.8, 0],
        HandStart = new(0, 0.4f, 0.2f),
        Goal = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        Reach = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 Scale = new(4, 1, 4);
    private static readonly Vec3 Knuckle = new(0, 0.055, 0.07);
    private readonly Site _handle = world.Site("leverStart");
    private readonly Geom _handleGeom = world.Geom("objGeom");
    private readonly Body _lever = world.Body("lever");
    private readonly Joint _axis = world.Joint("LeverAxis");
    private readonly Site _goal = world.Site("goal");
    private Vec3 _handleStart;

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _handleGeom.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double to = Distance(seen.Hand + Knuckle, handle, Scale);
        double ready = LongTail(to, 0, 0.02, Distance(TcpStart + Knuckle, _handleStart, Scale));
        double error = Math.Abs(-_axis.Position - Math.PI / 2);
        double turned = LongTail(error, 0, Math.PI / 48, Math.PI / 2 - Math.PI / 12);
        double inPlace = LongTail(Distance(handle, Target), 0, 0.04, Distance(_handleStart, Target));
        double reward = 10 * Both(ready, inPlace);
        return new(reward, error <= Math.PI / 24, to < 0.03, ready > 0.9, ready, turned, to);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _lever.Place(ObjectStart);
        _handleStart = ObjectStart + new Vec3(0.12, -0.2, 0.25);
        Target = ObjectStart + new Vec3(0.12, 0, 0.25 + 0.2);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object - new Vec3(0, 0.055, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? handle - Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? handle
            : handle + new Vec3(0, 0.08, 0.02);
        return new(to, 25, 1);
    }
}
