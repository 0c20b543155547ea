using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// window-close-v3: push and close a window. Follows metaworld 3.0.0, <c>envs/sawyer_window_close_v3.py</c>
/// (<c>SawyerWindowCloseEnvV3</c>) and <c>policies/sawyer_window_close_v3_policy.py</c>.
/// </summary>
internal sealed class WindowClose(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "window-close-v3", "Push and close a window", "sawyer_window_horizontal.xml",
        (simulation, info) => new WindowClose(simulation, info), Expert)
    {
        Low = [0, 0.75, 0.2],
        High = [0, 0.9, 0.2],
        HandStart = new(0, 0.4f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private readonly Site _handle = simulation.Data.Site("handleCloseStart");
    private readonly Body _window = simulation.Data.Body("window");
    private readonly Joint _slide = simulation.Data.Joint("window_slide");
    private readonly Site _goal = simulation.Data.Site("goal");
    private Vec3 _handleStart;

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = _handle.Position;
        double objToTarget = Math.Abs(handle.X - Target.X), tcpToObj = Distance(handle, Tcp);
        double inPlace = LongTail(objToTarget, 0, TargetRadius, Math.Abs(Math.Abs(_handleStart.X - Target.X) - 0.05));
        double reach = Gaussian(tcpToObj, 0, 0.02, Math.Abs(Distance(_handleStart, TcpStart) - 0.02));
        return new(
            reward: 10 * HamacherProduct(reach, inPlace), success: objToTarget <= 0.05, nearObject: tcpToObj <= 0.05,
            graspSuccess: true, graspReward: reach, inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Target = ObjectStart;
        _window.Place(ObjectStart);
        _handleStart = _handle.Position + new Vec3(0.2, 0, 0);
        Simulation.Data.qpos[_slide.QposAddress] = 0.2;
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object + new Vec3(0.03, -0.03, -0.08);
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.25)
            : Math.Abs(hand.Z - handle.Z) > 0.02 ? handle
            : handle - new Vec3(0.1, 0, 0);
        return new(to, 25, 1);
    }
}
