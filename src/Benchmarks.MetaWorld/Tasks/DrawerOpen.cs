using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>drawer-open-v3: open a drawer.</summary>
internal sealed class DrawerOpen(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "drawer-open-v3", "Open a drawer", "sawyer_drawer.xml",
        (world, info) => new DrawerOpen(world, info), Expert)
    {
        Low = [-0.1, 0.9, 0],
        High = [0.1, 0.9, 0],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 Scale = new(3, 3, 1);
    private readonly Body _link = world.Body("drawer_link");
    private readonly Body _drawer = world.Body("drawer");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) =>
        Write(objects, _link.Position + new Vec3(0, -0.16, 0), _link.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double distance = Distance(handle, Target), to = Distance(handle, seen.Hand);
        double opened = LongTail(distance, 0, 0.02, 0.2);
        double start = Distance(Target + new Vec3(0, 0.2, 0), TcpStart, Scale);
        double near = LongTail(Distance(handle, seen.Hand, Scale), 0, 0.01, start);
        return new(5 * (near + opened), distance <= 0.03, to <= 0.03, seen.Opening > 0, near, opened, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _drawer.Place(ObjectStart);
        Target = ObjectStart + new Vec3(0, -0.16 - 0.2, 0.09);
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object - Up(0.02);
        if (DistanceXY(hand, handle) > 0.06)
            return new(handle + Up(0.3), 4, -1);
        return Math.Abs(hand.Z - handle.Z) > 0.04
            ? new(handle, 4, -1)
            : new(handle - new Vec3(0, 0.06, 0), 50, -1);
    }
}
