using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// coffee-push-v3: push a mug under a coffee machine. Follows metaworld 3.0.0, <c>envs/sawyer_coffee_push_v3.py</c>
/// (<c>SawyerCoffeePushEnvV3</c>) and <c>policies/sawyer_coffee_push_v3_policy.py</c>.
/// </summary>
internal sealed class CoffeePush(SawyerSimulation simulation, TaskInfo info) : CoffeePull(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "coffee-push-v3", "Push a mug under a coffee machine", "sawyer_coffee.xml",
        (simulation, info) => new CoffeePush(simulation, info), Expert)
    {
        Low = [-0.1, 0.55, -0.001, -0.05, 0.7, -0.001],
        High = [0.1, 0.65, 0.001, 0.05, 0.75, 0.001],
        HandStart = new(0, 0.4, 0.2),
        GoalSpace = new(new(-0.05, 0.7, -0.001), new(0.05, 0.75, 0.001)),
    };

    /// <summary>The machine is placed behind this point: here behind the goal.</summary>
    protected override Vec3 MachineFront => Target;

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, mug = obs.Object + new Vec3(0.01, 0, 0.05);
        double effort = DistanceXY(hand, mug) > 0.06 || Math.Abs(hand.Z - mug.Z) > 0.1 ? -1 : 0.5;
        Vec3 to =
            DistanceXY(hand, mug) > 0.06 ? mug + Up(0.2)
            : Math.Abs(hand.Z - mug.Z) > 0.02 ? mug
            : obs.Goal with { Z = 0.1 };
        return new(to, 10, effort);
    }
}
