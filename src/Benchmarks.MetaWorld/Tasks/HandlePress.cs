using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>handle-press-v3: press a handle down.</summary>
internal sealed class HandlePress(SawyerWorld world, TaskInfo info) : HandlePressSide(world, info)
{
    public static new readonly TaskInfo Task = new(
        "handle-press-v3", "Press a handle down", "sawyer_handle_press.xml",
        (world, info) => new HandlePress(world, info), Expert)
    {
        Low = [-0.1, 0.8, -0.001],
        High = [0.1, 0.9, 0.001],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.1, 0.55, 0.04), new(0.1, 0.7, 0.08)),
    };

    private static Move Expert(in Seen seen)
    {
        Vec3 handle = seen.Object - new Vec3(0, 0.02, 0);
        return new(DistanceXY(seen.Hand, handle) > 0.02 ? handle + Up(0.2) : handle - Up(0.5), 25, -1);
    }
}
