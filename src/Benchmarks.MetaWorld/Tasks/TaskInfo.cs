using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MuJoCo;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>What a task is, without its simulation.</summary>
/// <param name="Name">For example <c>push-v3</c>.</param>
/// <param name="Description">LeRobot's instruction for language-conditioned policies.</param>
/// <param name="Model">Its model file in <c>sawyer_xyz/</c>.</param>
/// <param name="Make">Makes the task in a simulation of that model.</param>
/// <param name="Expert">Meta-World's scripted policy.</param>
internal sealed record TaskInfo(
    string Name, string Description, string Model, Func<SawyerSimulation, TaskInfo, SawyerTask> Make, ExpertRule Expert)
{
    /// <summary>Lower bounds of the random vector of a reset, 3 or 6 numbers (upstream: <c>_random_reset_space</c>).</summary>
    public required double[] Low { get; init; }

    /// <summary>Its upper bounds.</summary>
    public required double[] High { get; init; }

    /// <summary>Where a reset moves the hand (upstream: <c>hand_init_pos</c>), metres.</summary>
    public required Vec3 HandStart { get; init; }

    /// <summary>What the target in the observation is clipped to (upstream: <c>goal_space</c>), metres.</summary>
    public required Box GoalSpace { get; init; }

    /// <summary>
    /// What the position of the mocap body that drags the hand is clipped to (upstream: <c>mocap_low</c>, <c>mocap_high</c>),
    /// metres.
    /// </summary>
    public Box HandBounds { get; init; } = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5));
}
