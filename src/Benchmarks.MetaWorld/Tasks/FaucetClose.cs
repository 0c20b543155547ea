using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// faucet-close-v3: rotate the faucet clockwise. Follows metaworld 3.0.0, <c>envs/sawyer_faucet_close_v3.py</c>
/// (<c>SawyerFaucetCloseEnvV3</c>) and <c>policies/sawyer_faucet_close_v3_policy.py</c>.
/// </summary>
internal class FaucetClose(SawyerSimulation simulation, TaskInfo info) : SawyerTask(simulation, info)
{
    public static readonly TaskInfo Task = new(
        "faucet-close-v3", "Rotate the faucet clockwise", "sawyer_faucet.xml",
        (simulation, info) => new FaucetClose(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, 0],
        High = [0.1, 0.85, 0],
        HandStart = new(0, 0.4, 0.2),
        GoalSpace = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        HandBounds = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private const double Radius = 0.07;
    private readonly Site _handle = simulation.Data.Site("handleStartClose");
    private readonly Site _goal = simulation.Data.Site("goal_close");

    protected Body Base { get; } = simulation.Data.Body("faucetBase");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position - Up(0.01), Base.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort) => Evaluate(obs.Object);

    protected Outcome Evaluate(Vec3 handle)
    {
        double objToTarget = Distance(handle, Target), tcpToObj = Distance(handle, Tcp);
        double inPlace = LongTail(objToTarget, 0, Radius, Math.Abs(Distance(ObjectStart, Target) - Radius));
        double reach = Gaussian(tcpToObj, 0, 0.01, Math.Abs(Distance(ObjectStart, TcpStart) - 0.01));
        bool success = objToTarget <= Radius;
        double reward = success ? 10 : 2 * (2 * reach + 3 * inPlace);
        return new(
            reward: reward, success: success, nearObject: tcpToObj <= 0.01, graspSuccess: true, graspReward: reach,
            inPlaceReward: inPlace, objectToTarget: objToTarget);
    }

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Base.Place(ObjectStart);
        Target = ObjectStart + new Vec3(-0.175, 0, 0.125);
        Simulation.Data.Forward();
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object + new Vec3(0.04, 0, 0.03);
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle
            : handle + new Vec3(-0.1, 0.05, 0);
        return new(to, 25, 1);
    }
}
