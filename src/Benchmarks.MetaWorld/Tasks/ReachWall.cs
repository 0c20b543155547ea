using Benchmarks.MetaWorld.Simulation;
using static Benchmarks.MetaWorld.Simulation.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>reach-wall-v3: bypass a wall and reach a goal.</summary>
internal sealed class ReachWall(SawyerWorld world, TaskInfo info) : Reach(world, info)
{
    public static new readonly TaskInfo Task = new(
        "reach-wall-v3", "Bypass a wall and reach a goal", "sawyer_reach_wall_v3.xml",
        (world, info) => new ReachWall(world, info), Expert)
    {
        Low = [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
        High = [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        Goal = new(new(-0.05, 0.85, 0.05), new(0.05, 0.9, 0.3)),
    };

    protected override Outcome Report(double distance, double inPlace) =>
        new(10 * inPlace, distance <= 0.05, false, false, 0, inPlace, distance);

    private static Move Expert(in Seen seen)
    {
        Vec3 hand = seen.Hand;
        bool beforeWall = hand.X is >= -0.1 and <= 0.3 && hand.Y is >= 0.6 and <= 0.8 && hand.Z < 0.25;
        return new(beforeWall ? seen.Goal + Up(1) : seen.Goal, 5, 0);
    }
}
