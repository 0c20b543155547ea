using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// door-open-v3: open a door with a revolving joint. Follows metaworld 3.0.0, <c>envs/sawyer_door_v3.py</c>
/// (<c>SawyerDoorEnvV3</c>) and <c>policies/sawyer_door_open_v3_policy.py</c>.
/// </summary>
internal sealed class DoorOpen(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "door-open-v3", "Open a door with a revolving joint", "sawyer_door_pull.xml",
        (simulation, info) => new DoorOpen(simulation, info), Expert)
    {
        Low = [0, 0.85, 0.15],
        High = [0.1, 0.95, 0.15],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.3, 0.4, 0.1499), new(-0.2, 0.5, 0.1501)),
    };

    private readonly Geom _handle = simulation.Data.Geom("handle");
    private readonly Body _door = simulation.Data.Body("door");
    private readonly Joint _hinge = simulation.Data.Joint("doorjoint");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _handle.Position, _handle.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 hand = obs.Hand, handle = obs.Object - new Vec3(0.05, 0, 0);
        double grasp = ((effort.Clip(-1, 1) + 1) / 2).Value;
        // The hand should be above a floor that rises with the distance from the handle.
        double radius = DistanceXY(hand, handle);
        double floor = radius <= 0.12 ? 0 : 0.04 * Math.Log(radius - 0.12) + 0.4;
        double aboveFloor = hand.Z >= floor ? 1 : LongTail(floor - hand.Z, 0, 0.01, floor / 2);
        double ready = HamacherProduct(
            aboveFloor, LongTail((hand - handle - new Vec3(0.05, 0.03, -0.01)).Norm, 0, 0.06, 0.5));
        double angle = _hinge.Position;
        double opened = 0.2 * (angle < -Math.PI / 90 ? 1 : 0)
            + 0.8 * LongTail(Math.PI / 2 + Math.PI / 6 + angle, 0, 0.5, Math.PI / 3);
        bool success = Math.Abs(obs.Object.X - Target.X) <= 0.08;
        double reward = success ? 10 : 2 * HamacherProduct(ready, grasp) + 8 * opened;
        return new(
            reward: reward, success: success, nearObject: ready, graspSuccess: grasp >= 0.5, graspReward: grasp,
            inPlaceReward: opened, objectToTarget: 0);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(-0.3, -0.45, 0);
        _door.Place(ObjectStart);
        _goal.Place(Target);
        Simulation.SetJoint(0, _hinge.QposAddress, _hinge.DofAddress);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object - new Vec3(0.05, 0, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.12 ? handle + new Vec3(0.06, 0.02, 0.2)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle + new Vec3(0.06, 0.02, 0)
            : handle;
        return new(to, 25, 1);
    }
}
