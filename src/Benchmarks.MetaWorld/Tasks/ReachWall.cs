using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;
using static Benchmarks.MuJoCo.Vec3;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>
/// reach-wall-v3: bypass a wall and reach a goal. Follows metaworld 3.0.0, <c>envs/sawyer_reach_wall_v3.py</c>
/// (<c>SawyerReachWallEnvV3</c>) and <c>policies/sawyer_reach_wall_v3_policy.py</c>.
/// </summary>
internal sealed class ReachWall(SawyerSimulation simulation, TaskInfo info) : Reach(simulation, info)
{
    public static new readonly TaskInfo Task = new(
        "reach-wall-v3", "Bypass a wall and reach a goal", "sawyer_reach_wall_v3.xml",
        (simulation, info) => new ReachWall(simulation, info), Expert)
    {
        Low = [-0.05, 0.6, 0.015, -0.05, 0.85, 0.05],
        High = [0.05, 0.65, 0.015, 0.05, 0.9, 0.3],
        HandStart = new(0, 0.6, 0.2),
        GoalSpace = new(new(-0.05, 0.85, 0.05), new(0.05, 0.9, 0.3)),
    };

    protected override Outcome Report(double distance, double inPlace) =>
        new(
            reward: 10 * inPlace, success: distance <= 0.05, nearObject: false, graspSuccess: false, graspReward: 0,
            inPlaceReward: inPlace, objectToTarget: distance);

    private static ExpertCommand Expert(in TaskObservation obs)
    {
        Vec3 hand = obs.Hand;
        bool beforeWall = hand.X is >= -0.1 and <= 0.3 && hand.Y is >= 0.6 and <= 0.8 && hand.Z < 0.25;
        return new(beforeWall ? obs.Goal + Up(1) : obs.Goal, 5, 0);
    }
}
