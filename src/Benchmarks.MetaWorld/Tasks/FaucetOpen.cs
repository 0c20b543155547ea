using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// faucet-open-v3: rotate the faucet counter-clockwise. Follows metaworld 3.0.0, <c>envs/sawyer_faucet_open_v3.py</c>
/// (<c>SawyerFaucetOpenEnvV3</c>) and <c>policies/sawyer_faucet_open_v3_policy.py</c>.
/// </summary>
internal sealed class FaucetOpen(SawyerSimulation simulation, TaskInfo info) : FaucetClose(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "faucet-open-v3", "Rotate the faucet counter-clockwise", "sawyer_faucet.xml",
        (simulation, info) => new FaucetOpen(simulation, info), Expert)
    {
        Low = [-0.05, 0.8, 0],
        High = [0.05, 0.85, 0],
        HandStart = new(0, 0.4, 0.2),
        GoalSpace = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
        HandBounds = new(new(-0.5, 0.4, -0.15), new(0.5, 1, 0.5)),
    };

    private readonly Site _handle = simulation.Data.Site("handleStartOpen");
    private readonly Site _goal = simulation.Data.Site("goal_open");

    public override void Observe(Span<double> objects) => Write(objects, _handle.Position - Up(0.01), Base.Orientation);

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort) =>
        Evaluate(obs.Object + new Vec3(-0.04, 0, 0.03));

    protected override void Reset()
    {
        ObjectStart = DrawPoint();
        Base.Place(ObjectStart);
        Target = ObjectStart + new Vec3(0.175, 0, 0.125);
        _goal.Place(Target);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, handle = obs.Object + new Vec3(-0.04, 0, 0.03);
        Vec3 to =
            DistanceXY(hand, handle) > 0.04 ? handle + Up(0.1)
            : Math.Abs(hand.Z - handle.Z) > 0.04 ? handle
            : handle + new Vec3(0.1, 0.05, 0);
        return new(to, 25, 1);
    }
}
