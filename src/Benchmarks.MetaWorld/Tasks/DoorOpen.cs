using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>door-open-v3: open a door with a revolving joint.</summary>
internal sealed class DoorOpen(SawyerWorld world, TaskInfo info) : SawyerTask(world, info)
{
    public static readonly TaskInfo Task = new(
        "door-open-v3", "Open a door with a revolving joint", "sawyer_door_pull.xml",
        (world, info) => new DoorOpen(world, info), Expert)
    {
        Low = [0, 0.85, 0.15],
        High = [0.1, 0.95, 0.15],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.3, 0.4, 0.1499), new(-0.2, 0.5, 0.1501)),
    };

    private readonly Geom _handle = world.Geom("handle");
    private readonly Body _door = world.Body("door");
    private readonly Joint _hinge = world.Joint("doorjoint");
    private readonly Site _goal = world.Site("goal");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _handle.Rotation);

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 hand = seen.Hand, handle = seen.Object - new Vec3(0.05, 0, 0);
        double grasp = ((float)Math.Clamp(effort, -1, 1) + 1f) / 2f;
        // Away from the handle the hand should be high enough to come down on it.
        double aside = DistanceXY(hand, handle);
        double floor = aside <= 0.12 ? 0 : 0.04 * Math.Log(aside - 0.12) + 0.4;
        double above = hand.Z >= floor ? 1 : LongTail(floor - hand.Z, 0, 0.01, floor / 2);
        double ready = Both(above, LongTail((hand - handle - new Vec3(0.05, 0.03, -0.01)).Norm, 0, 0.06, 0.5));
        double angle = _hinge.Position;
        double opened = 0.2 * (angle < -Math.PI / 90 ? 1 : 0)
            + 0.8 * LongTail(Math.PI / 2 + Math.PI / 6 + angle, 0, 0.5, Math.PI / 3);
        bool success = Math.Abs(seen.Object.X - Target.X) <= 0.08;
        double reward = success ? 10 : 2 * Both(ready, grasp) + 8 * opened;
        return new(reward, success, ready, grasp >= 0.5, grasp, opened, 0);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(-0.3, -0.45, 0);
        _door.Place(ObjectStart);
        _goal.Place(Target);
        World.SetJoint(0, _hinge.QposAddress, _hinge.DofAddress);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, handle = seen.Object - new Vec3(0.05, 0, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.12 ? handle + new Vec3(0.06, 0.02, 0.2)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle + new Vec3(0.06, 0.02, 0)
            : handle;
        return new(to, 25, 1);
    }
}
