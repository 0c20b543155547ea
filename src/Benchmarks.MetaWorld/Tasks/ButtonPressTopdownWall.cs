using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// button-press-topdown-wall-v3: bypass a wall and press a button from the top. Follows metaworld 3.0.0,
/// <c>envs/sawyer_button_press_topdown_wall_v3.py</c> (<c>SawyerButtonPressTopdownWallEnvV3</c>) and
/// <c>policies/sawyer_button_press_topdown_wall_v3_policy.py</c>.
/// </summary>
internal sealed class ButtonPressTopdownWall(SawyerSimulation simulation, TaskInfo info)
    : ButtonPressTopdown(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "button-press-topdown-wall-v3", "Bypass a wall and press a button from the top",
        "sawyer_button_press_topdown_wall.xml",
        (simulation, info) => new ButtonPressTopdownWall(simulation, info), Expert)
    {
        Low = [-0.1, 0.8, 0.115],
        High = [0.1, 0.9, 0.115],
        HandStart = new(0, 0.4f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 button = obs.Object - new Vec3(0, 0.06, 0);
        return new(DistanceXY(obs.Hand, button) > 0.04 ? button + Up(0.1) : button, 25, -1);
    }
}
