using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// handle-press-side-v3: press a handle down sideways. Follows metaworld 3.0.0,
/// <c>envs/sawyer_handle_press_side_v3.py</c> (<c>SawyerHandlePressSideEnvV3</c>) and
/// <c>policies/sawyer_handle_press_side_v3_policy.py</c>.
/// </summary>
internal class HandlePressSide(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "handle-press-side-v3", "Press a handle down sideways", "sawyer_handle_press_sideways.xml",
        (simulation, info) => new HandlePressSide(simulation, info), Expert)
    {
        Low = [-0.35, 0.65, -0.001],
        High = [-0.25, 0.75, 0.001],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private const double Radius = 0.02;
    private readonly Site _handle = simulation.Data.Site("handleStart");
    private readonly Site _goal = simulation.Data.Site("goalPress");
    private readonly Body _box = simulation.Data.Body("box");
    private Vec3 _handleStart;

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position, Quat.Zero);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 handle = _handle.Position;
        double objToTarget = Math.Abs(handle.Z - Target.Z), tcpToObj = Distance(handle, Tcp);
        double inPlace = LongTail(objToTarget, 0, Radius, Math.Abs(Math.Abs(_handleStart.Z - Target.Z) - Radius));
        double reach = LongTail(tcpToObj, 0, 0.02, Math.Abs(Distance(_handleStart, TcpStart) - 0.02));
        bool success = objToTarget <= Radius;
        double reward = 10 * (success ? 1 : HamacherProduct(reach, inPlace));
        return new(
            reward: reward, success: success, nearObject: tcpToObj <= 0.05, graspSuccess: true, graspReward: reach,
            inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        _box.Place(ObjectStart);
        Simulation.SetJoint(-0.001);
        Target = _goal.Position;
        _handleStart = _handle.Position;
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 handle = obs.Object;
        return new(DistanceXY(obs.Hand, handle) > 0.02 ? handle + Up(0.2) : handle - Up(0.5), 25, 1);
    }
}
