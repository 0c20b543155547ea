using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>handle-pull-side-v3: pull a handle up sideways.</summary>
internal sealed class HandlePullSide(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "handle-pull-side-v3", "Pull a handle up sideways", "sawyer_handle_press_sideways.xml",
        (world, info) => new HandlePullSide(world, info), Expert)
    {
        Low = [-0.35, 0.65, 0],
        High = [-0.25, 0.75, 0],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private readonly Site _handle = world.Site("handleCenter");
    private readonly Site _goal = world.Site("goalPull");
    private readonly Body _box = world.Body("box");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double distance = Distance(handle, Target), to = Distance(handle, Tcp);
        double inPlace = LongTail(distance, 0, 0.05, Distance(ObjectStart, Target));
        double grasp = Caging(handle, effort, radius: 0.032, pad: 0.06, reach: 0.01, xz: 0.01, Density.High);
        double reward = Both(grasp, inPlace);
        if (to < 0.035 && seen.Opening > 0 && handle.Z - 0.01 > ObjectStart.Z)
            reward += 1 + 5 * inPlace;
        if (distance < 0.05)
            reward = 10;
        bool held = seen.Opening > 0 && handle.Z - 0.03 > ObjectStart.Z;
        return new(reward, distance <= 0.08, to <= 0.05, held, grasp, inPlace, distance);
    }

    protected override void Reset()
    {
        _box.Place(DrawPoint());
        World.SetJoint(-0.1);
        Target = _goal.Position;
        ObjectStart = _handle.Position;
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object;
        double effort = DistanceXY(hand, handle) > 0.04 || Math.Abs(hand.Z - handle.Z) > 0.04 ? 0 : 0.6;
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.03 ? handle
            : handle + Up(1);
        return new(to, 25, effort);
    }
}
