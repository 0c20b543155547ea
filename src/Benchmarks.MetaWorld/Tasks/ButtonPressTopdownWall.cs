using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>button-press-topdown-wall-v3: bypass a wall and press a button from the top.</summary>
internal sealed class ButtonPressTopdownWall(SawyerWorld world, TaskInfo info) : ButtonPressTopdown(world, info)
{
    public static new readonly TaskInfo Task = new(
        "button-press-topdown-wall-v3", "Bypass a wall and press a button from the top",
        "sawyer_button_press_topdown_wall.xml",
        (world, info) => new ButtonPressTopdownWall(world, info), Expert)
    {
        Low = [-0.1, 0.8, 0.115],
        High = [0.1, 0.9, 0.115],
        HandStart = new(0, 0.4f, 0.2f),
        Goal = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5)),
    };

    private static Move Expert(in Seen seen)
    {
        Vec3 button = seen.Object - new Vec3(0, 0.06, 0);
        return new(DistanceXY(seen.Hand, button) > 0.04 ? button + Up(0.1) : button, 25, -1);
    }
}
