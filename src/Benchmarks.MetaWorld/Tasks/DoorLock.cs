using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>door-lock-v3: lock the door by rotating the lock clockwise.</summary>
internal sealed class DoorLock(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "door-lock-v3", "Lock the door by rotating the lock clockwise", "sawyer_door_lock.xml",
        (world, info) => new DoorLock(world, info), Expert)
    {
        Low = [-0.1, 0.8, 0.15],
        High = [0.1, 0.85, 0.15],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        Reach = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 Scale = new(0.25, 1, 0.5);
    private readonly Site _handle = world.Site("lockStartLock");
    private readonly Body _doorLink = world.Body("door_link");
    private readonly Body _lock = world.Body("lock_link");
    private readonly Body _door = world.Body("door");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _doorLink.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double to = Distance(handle, World.LeftPad.Position, Scale), distance = Math.Abs(Target.Z - handle.Z);
        // The margin should be the distance of the start, but upstream's start is a reference to the present.
        double near = LongTail(to, 0, 0.01, to);
        double locked = LongTail(distance, 0, 0.005, 0.1);
        double reward = 2 * Both(Math.Max(seen.Opening, 0), near) + 8 * locked;
        return new(reward, distance <= 0.02, to <= 0.05, seen.Opening > 0, near, locked, distance);
    }

    protected override void Reset()
    {
        _door.Place(DrawPoint());
        World.Data.Step(SawyerWorld.FrameSkip);
        ObjectStart = _lock.Position;
        Target = _lock.Position + new Vec3(0, -0.04, -0.1);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object + new Vec3(-0.02, -0.02, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? (hand.Z < 0.25 ? hand + new Vec3(0, -0.1, 0.1) : handle + Up(0.3))
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? handle
            : handle + new Vec3(-0.1, 0, -0.1);
        return new(to, 25, -1);
    }
}
