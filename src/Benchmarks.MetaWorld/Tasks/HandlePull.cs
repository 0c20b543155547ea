using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>handle-pull-v3: pull a handle up.</summary>
internal sealed class HandlePull(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "handle-pull-v3", "Pull a handle up", "sawyer_handle_press.xml",
        (world, info) => new HandlePull(world, info), Expert)
    {
        Low = [-0.1, 0.8, -0.001],
        High = [0.1, 0.9, 0.001],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.55, 0.04), new(0.1, 0.7, 0.18)),
    };

    private readonly Site _handle = world.Site("handleRight");
    private readonly Site _goal = world.Site("goalPull");
    private readonly Body _box = world.Body("box");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        // The start is that of the box, not of its handle, and once y is compared with its z: as upstream.
        Vec3 handle = seen.Object;
        double distance = Math.Abs(Target.Z - handle.Z), to = Distance(handle, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Math.Abs(Target.Z - ObjectStart.Z));
        double grasp = Caging(handle, effort, radius: 0.022, pad: 0.05, reach: 0.01, xz: 0.01, Density.High);
        double reward = Both(grasp, inPlace);
        if (to < 0.035 && seen.Opening > 0 && handle.Y - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = seen.Opening > 0 && handle.Z - 0.03 > ObjectStart.Z;
        return new(reward, distance <= 0.05, to <= 0.05, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        World.SetJoint(-0.1);
        Target = _goal.Position;
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object - new Vec3(0, 0.04, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? handle
            // Upstream returns a number here, which becomes all three coordinates.
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? new(handle.Z, handle.Z, handle.Z)
            : handle + Up(0.1);
        return new(to, 25, 1);
    }
}
