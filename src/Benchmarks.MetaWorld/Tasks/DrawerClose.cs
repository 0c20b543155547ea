using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>drawer-close-v3: push and close a drawer.</summary>
internal sealed class DrawerClose(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "drawer-close-v3", "Push and close a drawer", "sawyer_drawer.xml",
        (world, info) => new DrawerClose(world, info), Expert)
    {
        Low = [-0.1, 0.9, 0],
        High = [0.1, 0.9, 0],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 Handle = new(0, -0.16, 0.05);
    private readonly Body _link = world.Body("drawer_link");
    private readonly Body _drawer = world.Body("drawer");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _link.Position + Handle, Quat.Zero);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double distance = Distance(handle, Target), to = Distance(handle, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Math.Abs(Distance(ObjectStart, Target) - 0.05));
        double near = Gaussian(to, 0, 0.005, Math.Abs(Distance(ObjectStart, TcpStart) - 0.005));
        double reach = Both(near, Math.Min(Math.Max(0, effort), 1));
        bool success = distance <= 0.05 + 0.015;
        double reward = 10 * (success ? 1 : Both(reach, inPlace));
        return new(reward, success, to <= 0.01, true, reach, inPlace, distance);
    }

    protected override void Reset()
    {
        Vec3 drawer = DrawPoint();
        _drawer.Place(drawer);
        Target = drawer + new Vec3(0, -0.16, 0.09);
        World.Data.qpos[9] = -0.15;
        World.Data.Forward();
        ObjectStart = _link.Position + Handle;
        _goal.Place(Target);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object - Up(0.02);
        Vec3 to =
            hand.Y > handle.Y && hand.Z < handle.Z + 0.23 ? hand with { Z = handle.Z + 0.5 }
            : hand.Y > handle.Y ? handle + new Vec3(0, -0.075, 0.23)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle - new Vec3(0, 0.075, 0)
            : handle;
        return new(to, 25, 1);
    }
}
