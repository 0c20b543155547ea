using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;
using static Benchmarks.MetaWorld.Tasks.Tolerance;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>button-press-wall-v3: bypass a wall and press a button.</summary>
internal sealed class ButtonPressWall(SawyerWorld world, TaskInfo info) : ButtonPress(world, info)
{
    public static new readonly TaskInfo Task = new(
        "button-press-wall-v3", "Bypass a wall and press a button", "sawyer_button_press_wall.xml",
        (world, info) => new ButtonPressWall(world, info), Expert)
    {
        Low = [-0.05, 0.85, 0.1149],
        High = [0.05, 0.9, 0.1151],
        HandStart = new(0, 0.4f, 0.2f),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    public override Outcome Evaluate(in Seen seen, double effort)
    {
        Vec3 button = seen.Object;
        double distance = Math.Abs(Target.Y - button.Y), to = Distance(button, Tcp);
        double near = LongTail(to, 0, 0.01, Distance(button, TcpStart));
        double pressed = Pressed(distance);
        double reward = to > 0.07
            ? 2 * Both((1 - seen.Opening) / 2, near)
            : 2 + 2 * (1 + seen.Opening) + 4 * (pressed * pressed);
        return new(reward, distance <= 0.03, to <= 0.05, seen.Opening > 0, near, pressed, distance);
    }

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, button = seen.Object + Up(0.04);
        if (Math.Abs(hand.X - button.X) > 0.02)
            return new(new(button.X, hand.Y, 0.3), 15, 1);
        if (button.Y - hand.Y > 0.09)
            return new(button with { Z = 0.3 }, 15, 1);
        return Math.Abs(hand.Z - button.Z) > 0.02
            ? new(button - new Vec3(0, 0.05, 0), 15, 1)
            : new(button - new Vec3(0, 0.02, 0), 15, -1);
    }
}
