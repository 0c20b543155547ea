using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// door-unlock-v3: unlock the door by rotating the lock counter-clockwise. Follows metaworld 3.0.0,
/// <c>envs/sawyer_door_unlock_v3.py</c> (<c>SawyerDoorUnlockEnvV3</c>) and
/// <c>policies/sawyer_door_unlock_v3_policy.py</c>.
/// </summary>
internal sealed class DoorUnlock(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "door-unlock-v3", "Unlock the door by rotating the lock counter-clockwise",
        "sawyer_door_lock.xml",
        (simulation, info) => new DoorUnlock(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, 0.15],
        High = [0.1, 0.85, 0.15],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(0, 0.64, 0.21), new(0.2, 0.7, 0.2111)),
        HandBounds = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(0.25, 1, 0.5);
    // From the hand's frame to the knuckles that touch the lever or lock.
    private static readonly Vec3 HandOffset = new(0, 0.055, 0.07);
    private readonly Site _handle = simulation.Data.Site("lockStartUnlock");
    private readonly Body _doorLink = simulation.Data.Body("door_link");
    private readonly Body _lock = simulation.Data.Body("lock_link");
    private readonly Body _door = simulation.Data.Body("door");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _doorLink.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double tcpToObj = Distance(obs.Hand + HandOffset, handle, PositionScale);
        double objToTarget = Math.Abs(Target.X - handle.X);
        // Upstream's start of the lock is a reference to its present position.
        double ready = LongTail(tcpToObj, 0, 0.02, Distance(TcpStart + HandOffset, _lock.Position, PositionScale));
        double pushed = LongTail(objToTarget, 0, 0.005, 0.1);
        return new(
            reward: 2 * ready + 8 * pushed, success: objToTarget <= 0.02, nearObject: tcpToObj <= 0.05,
            graspSuccess: obs.Opening > 0, graspReward: ready, inPlaceReward: pushed, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        _door.Place(DrawPoint());
        Simulation.SetJoint(1.5708);
        ObjectStart = _lock.Position;
        Target = _lock.Position + new Vec3(0.1, -0.04, 0);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object + new Vec3(-0.04, -0.02, -0.03);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? (hand.Z > 0.15 ? hand + new Vec3(0, -0.1, -0.1) : handle)
            : handle + new Vec3(0.1, 0, 0.01);
        return new(to, 25, 1);
    }
}
