using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>door-unlock-v3: unlock the door by rotating the lock counter-clockwise.</summary>
internal sealed class DoorUnlock(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "door-unlock-v3", "Unlock the door by rotating the lock counter-clockwise",
        "sawyer_door_lock.xml",
        (world, info) => new DoorUnlock(world, info), Expert)
    {
        Low = [-0.1, 0.8, 0.15],
        High = [0.1, 0.85, 0.15],
        HandStart = new(0, 0.6f, 0.2f),
        Goal = new(new(0, 0.64, 0.21), new(0.2, 0.7, 0.2111)),
        Reach = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private static readonly Vec3 Scale = new(0.25, 1, 0.5);
    private static readonly Vec3 Knuckle = new(0, 0.055, 0.07);
    private readonly Site _handle = world.Site("lockStartUnlock");
    private readonly Body _doorLink = world.Body("door_link");
    private readonly Body _lock = world.Body("lock_link");
    private readonly Body _door = world.Body("door");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _doorLink.Orientation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double to = Distance(seen.Hand + Knuckle, handle, Scale), distance = Math.Abs(Target.X - handle.X);
        // Upstream's start of the lock is a reference to the present.
        double ready = LongTail(to, 0, 0.02, Distance(TcpStart + Knuckle, _lock.Position, Scale));
        double pushed = LongTail(distance, 0, 0.005, 0.1);
        return new(2 * ready + 8 * pushed, distance <= 0.02, to <= 0.05, seen.Opening > 0, ready, pushed, distance);
    }

    protected override void Reset()
    {
        _door.Place(DrawPoint());
        World.SetJoint(1.5708);
        ObjectStart = _lock.Position;
        Target = _lock.Position + new Vec3(0.1, -0.04, 0);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object + new Vec3(-0.04, -0.02, -0.03);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? (hand.Z > 0.15 ? hand + new Vec3(0, -0.1, -0.1) : handle)
            : handle + new Vec3(0.1, 0, 0.01);
        return new(to, 25, 1);
    }
}
