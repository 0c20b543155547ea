using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// door-lock-v3: lock the door by rotating the lock clockwise. Follows metaworld 3.0.0,
/// <c>envs/sawyer_door_lock_v3.py</c> (<c>SawyerDoorLockEnvV3</c>) and <c>policies/sawyer_door_lock_v3_policy.py</c>.
/// </summary>
internal sealed class DoorLock(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "door-lock-v3", "Lock the door by rotating the lock clockwise", "sawyer_door_lock.xml",
        (simulation, info) => new DoorLock(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, 0.15],
        High = [0.1, 0.85, 0.15],
        HandStart = new(0, 0.6f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        HandBounds = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    // Upstream weighs the axes of some distances.
    private static readonly Vec3 PositionScale = new(0.25, 1, 0.5);
    private readonly Site _handle = simulation.Data.Site("lockStartLock");
    private readonly Body _doorLink = simulation.Data.Body("door_link");
    private readonly Body _lock = simulation.Data.Body("lock_link");
    private readonly Body _door = simulation.Data.Body("door");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, _doorLink.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = obs.Object;
        double tcpToObj = Distance(handle, Simulation.LeftPad.Position, PositionScale);
        double objToTarget = Math.Abs(Target.Z - handle.Z);
        // Upstream's start of the left pad is a reference to its present position, so the margin is the present distance.
        double near = LongTail(tcpToObj, 0, 0.01, tcpToObj);
        double locked = LongTail(objToTarget, 0, 0.005, 0.1);
        double reward = 2 * HamacherProduct(Math.Max(obs.Opening, 0), near) + 8 * locked;
        return new(
            reward: reward, success: objToTarget <= 0.02, nearObject: tcpToObj <= 0.05, graspSuccess: obs.Opening > 0,
            graspReward: near, inPlaceReward: locked, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        _door.Place(DrawPoint());
        Simulation.Data.Step(SawyerSimulation.FrameSkip);
        ObjectStart = _lock.Position;
        Target = _lock.Position + new Vec3(0, -0.04, -0.1);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object + new Vec3(-0.02, -0.02, 0);
        Vec3 to =
            DistanceXY(hand, handle) > 0.02 ? (hand.Z < 0.25 ? hand + new Vec3(0, -0.1, 0.1) : handle + Up(0.3))
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? handle
            : handle + new Vec3(-0.1, 0, -0.1);
        return new(to, 25, -1);
    }
}
