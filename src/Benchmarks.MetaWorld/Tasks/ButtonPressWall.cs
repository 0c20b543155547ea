using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MetaWorld.Tasks.Tolerance;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// button-press-wall-v3: bypass a wall and press a button. Follows metaworld 3.0.0,
/// <c>envs/sawyer_button_press_wall_v3.py</c> (<c>SawyerButtonPressWallEnvV3</c>) and
/// <c>policies/sawyer_button_press_wall_v3_policy.py</c>.
/// </summary>
internal sealed class ButtonPressWall(SawyerSimulation simulation, TaskInfo info) : ButtonPress(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "button-press-wall-v3", "Bypass a wall and press a button", "sawyer_button_press_wall.xml",
        (simulation, info) => new ButtonPressWall(simulation, info), Expert)
    {
        Low = [-0.05, 0.85, 0.1149],
        High = [0.05, 0.9, 0.1151],
        HandStart = new(0, 0.4f, 0.2f),
        GoalSpace = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    public override Outcome Evaluate(in TaskObservation obs, NumpyScalar effort)
    {
        Vec3 button = obs.Object;
        double objToTarget = Math.Abs(Target.Y - button.Y), tcpToObj = Distance(button, Tcp);
        double near = LongTail(tcpToObj, 0, 0.01, Distance(button, TcpStart));
        double pressed = Pressed(objToTarget);
        double reward = tcpToObj > 0.07
            ? 2 * HamacherProduct((1 - obs.Opening) / 2, near)
            : 2 + 2 * (1 + obs.Opening) + 4 * Math.Pow(pressed, 2);
        return new(
            reward: reward, success: objToTarget <= 0.03, nearObject: tcpToObj <= 0.05, graspSuccess: obs.Opening > 0,
            graspReward: near, inPlaceReward: pressed, objectToTarget: objToTarget);
    }

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand, button = obs.Object + Up(0.04);
        if (Math.Abs(hand.X - button.X) > 0.02)
            return new(new(button.X, hand.Y, 0.3), 15, 1);
        if (button.Y - hand.Y > 0.09)
            return new(button with { Z = 0.3 }, 15, 1);
        return Math.Abs(hand.Z - button.Z) > 0.02
            ? new(button - new Vec3(0, 0.05, 0), 15, 1)
            : new(button - new Vec3(0, 0.02, 0), 15, -1);
    }
}
