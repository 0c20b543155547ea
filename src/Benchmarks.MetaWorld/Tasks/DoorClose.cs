using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// door-close-v3: close a door with a revolving joint. Follows metaworld 3.0.0, <c>envs/sawyer_door_close_v3.py</c>
/// (<c>SawyerDoorCloseEnvV3</c>) and <c>policies/sawyer_door_close_v3_policy.py</c>.
/// </summary>
internal sealed class DoorClose(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "door-close-v3", "Close a door with a revolving joint", "sawyer_door_pull.xml",
        (simulation, info) => new DoorClose(simulation, info), Expert)
    {
        Low = [0, 0.85, 0.15],
        High = [0.1, 0.95, 0.15],
        HandStart = new(-0.5, 0.6f, 0.2f),
        GoalSpace = new(new(0.2, 0.65, 0.1499), new(0.3, 0.75, 0.1501)),
    };

    private readonly Geom _handle = simulation.Data.Geom("handle");
    private readonly Body _door = simulation.Data.Body("door");
    private readonly Joint _hinge = simulation.Data.Joint("doorjoint");
    private readonly Site _goal = simulation.Data.Site("goal");

    public override void Observe(Span<double> objects) => WriteXyzw(objects, _handle.Position, _handle.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double objToTarget = Distance(handle, Target);
        double inPlace = Gaussian(objToTarget, 0, 0.05, Distance(ObjectStart, Target));
        double hand = Gaussian(Distance(Tcp, Target), 0, 0.0125, Distance(Info.HandStart, handle) + 0.1);
        double reward = objToTarget < TargetRadius ? 10 : 3 * hand + 6 * inPlace;
        return new(
            reward: reward, success: objToTarget <= 0.08, nearObject: false, graspSuccess: true, graspReward: 1,
            inPlaceReward: hand, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart + new Vec3(0.2, -0.2, 0);
        _door.Place(ObjectStart);
        _goal.Place(Target);
        Simulation.SetJoint(-1.5708, _hinge.QposAddress, _hinge.DofAddress);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object + new Vec3(0.05, 0.12, 0.1);
        Vec3 to =
            hand.X > handle.X && hand.Z < handle.Z + 0.2 ? hand with { Z = handle.Z + 0.25 }
            : hand.X > handle.X ? new(handle.X - 0.02, handle.Y, hand.Z)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle - new Vec3(0.02, 0, 0)
            : obs.Goal;
        return new(to, 25, 1);
    }
}
