using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>handle-press-side-v3: press a handle down sideways.</summary>
internal class HandlePressSide(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "handle-press-side-v3", "Press a handle down sideways", "sawyer_handle_press_sideways.xml",
        (world, info) => new HandlePressSide(world, info), Expert)
    {
        Low = [-0.35, 0.65, -0.001],
        High = [-0.25, 0.75, 0.001],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private const double Radius = 0.02;
    private readonly Site _handle = world.Site("handleStart");
    private readonly Site _goal = world.Site("goalPress");
    private readonly Body _box = world.Body("box");
    private Vec3 _handleStart;

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = _handle.Position;
        double distance = Math.Abs(handle.Z - Target.Z), to = Distance(handle, Tcp);
        double inPlace = LongTail(distance, 0, Radius, Math.Abs(Math.Abs(_handleStart.Z - Target.Z) - Radius));
        double reach = LongTail(to, 0, 0.02, Math.Abs(Distance(_handleStart, TcpStart) - 0.02));
        bool success = distance <= Radius;
        double reward = 10 * (success ? 1 : Both(reach, inPlace));
        return new(reward, success, to <= 0.05, true, reach, inPlace, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        World.SetJoint(-0.001);
        Target = _goal.Position;
        _handleStart = _handle.Position;
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 handle = seen.Object;
        return new(DistanceXY(seen.Hand, handle) > 0.02 ? handle + Up(0.2) : handle - Up(0.5), 25, 1);
    }
}
