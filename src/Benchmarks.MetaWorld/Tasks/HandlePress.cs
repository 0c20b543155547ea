using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// handle-press-v3: press a handle down. Follows metaworld 3.0.0, <c>envs/sawyer_handle_press_v3.py</c>
/// (<c>SawyerHandlePressEnvV3</c>) and <c>policies/sawyer_handle_press_v3_policy.py</c>.
/// </summary>
internal sealed class HandlePress(SawyerSimulation simulation, TaskInfo info) : HandlePressSide(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "handle-press-v3", "Press a handle down", "sawyer_handle_press.xml",
        (simulation, info) => new HandlePress(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, -0.001],
        High = [0.1, 0.9, 0.001],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.1, 0.55, 0.04), new(0.1, 0.7, 0.08)),
    };

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 handle = obs.Object - new Vec3(0, 0.02, 0);
        return new(DistanceXY(obs.Hand, handle) > 0.02 ? handle + Up(0.2) : handle - Up(0.5), 25, -1);
    }
}
