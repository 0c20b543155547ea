using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>coffee-push-v3: push a mug under a coffee machine.</summary>
internal sealed class CoffeePush(SawyerWorld world, TaskInfo info) : CoffeePull(world, info)
{
    public static new readonly TaskInfo Task = new(
        "coffee-push-v3", "Push a mug under a coffee machine", "sawyer_coffee.xml",
        (world, info) => new CoffeePush(world, info), Expert)
    {
        Low = [-0.1, 0.55, -0.001, -0.05, 0.7, -0.001],
        High = [0.1, 0.65, 0.001, 0.05, 0.75, 0.001],
        HandStart = new(0, 0.4, 0.2),
        Goal = new(new(-0.05, 0.7, -0.001), new(0.05, 0.75, 0.001)),
    };

    /// <summary>What the machine stands behind: here the goal.</summary>
    protected override Vec3 MachineStands => Target;

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand, mug = seen.Object + new Vec3(0.01, 0, 0.05);
        double effort = DistanceXY(hand, mug) > 0.06 || Math.Abs(hand.Z - mug.Z) > 0.1 ? -1 : 0.5;
        Vec3 to =
            DistanceXY(hand, mug) > 0.06 ? mug + Up(0.2)
            : Math.Abs(hand.Z - mug.Z) > 0.02 ? mug
            : seen.Goal with { Z = 0.1 };
        return new(to, 10, effort);
    }
}
