using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>door-close-v3: close a door with a revolving joint.</summary>
internal sealed class DoorClose(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "door-close-v3", "Close a door with a revolving joint", "sawyer_door_pull.xml",
        (world, info) => new DoorClose(world, info), Expert)
    {
        Low = [0, 0.85, 0.15],
        High = [0.1, 0.95, 0.15],
        HandStart = new(-0.5, 0.6f, 0.2f),
        Goal = new(new(0.2, 0.65, 0.1499), new(0.3, 0.75, 0.1501)),
    };

    private readonly Geom _handle = world.Geom("handle");
    private readonly Body _door = world.Body("door");
    private readonly Joint _hinge = world.Joint("doorjoint");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _handle.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 handle = seen.Object;
        double distance = Distance(handle, Target);
        double inPlace = Gaussian(distance, 0, 0.05, Distance(ObjectStart, Target));
        double hand = Gaussian(Distance(Tcp, Target), 0, 0.0125, Distance(Info.HandStart, handle) + 0.1);
        double reward = distance < 0.05 ? 10 : 3 * hand + 6 * inPlace;
        return new(reward, distance <= 0.08, false, true, 1, hand, distance);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(0.2, -0.2, 0);
        _door.Place(ObjectStart);
        _goal.Place(Target);
        World.SetJoint(-1.5708, _hinge.QposAddress, _hinge.DofAddress);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object + new Vec3(0.05, 0.12, 0.1);
        Vec3 to =
            hand.X > handle.X && hand.Z < handle.Z + 0.2 ? hand with { Z = handle.Z + 0.25 }
            : hand.X > handle.X ? new(handle.X - 0.02, handle.Y, hand.Z)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle - new Vec3(0.02, 0, 0)
            : seen.Goal;
        return new(to, 25, 1);
    }
}
