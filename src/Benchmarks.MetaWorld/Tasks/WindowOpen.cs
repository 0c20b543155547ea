using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>window-open-v3: push and open a window.</summary>
internal sealed class WindowOpen(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "window-open-v3", "Push and open a window", "sawyer_window_horizontal.xml",
        (world, info) => new WindowOpen(world, info), Expert)
    {
        Low = [-0.1, 0.7, 0.16],
        High = [0.1, 0.9, 0.16],
        HandStart = new(0, 0.4f, 0.2f),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private readonly Site _handle = world.Site("handleOpenStart");
    private readonly Body _window = world.Body("window");
    private readonly Joint _slide = world.Joint("window_slide");
    private readonly Site _goal = world.Site("goal");
    private Vec3 _handleStart;

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = _handle.Position;
        double distance = Math.Abs(handle.X - Target.X), to = Distance(handle, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Math.Abs(Math.Abs(ObjectStart.X - Target.X) - 0.05));
        double reach = LongTail(to, 0, 0.02, Math.Abs(Distance(_handleStart, TcpStart) - 0.02));
        return new(10 * Both(reach, inPlace), distance <= 0.05, to <= 0.05, true, reach, inPlace, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(0.2, 0, 0);
        _window.Place(ObjectStart);
        _handleStart = _handle.Position;
        World.Data.qpos[_slide.QposAddress] = 0;
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object + new Vec3(-0.03, -0.03, -0.08);
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.3)
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? handle
            : handle + new Vec3(0.1, 0, 0);
        return new(to, 25, 1);
    }
}
