using Benchmarks.MetaWorld.Simulation;

namespace Benchmarks.MetaWorld.Tasks;

/// <summary>What is known of a task without simulating it.</summary>
/// <param name="Name">For example <c>push-v3</c>.</param>
/// <param name="Description">LeRobot's instruction for language-conditioned policies.</param>
/// <param name="Model">Its model file in <c>sawyer_xyz/</c>.</param>
/// <param name="Make">Makes the task in a world of that model.</param>
/// <param name="Expert">Meta-World's scripted policy.</param>
internal sealed record TaskInfo(
    string Name, string Description, string Model, Func<SawyerWorld, TaskInfo, SawyerTask> Make, ExpertRule Expert)
{
    /// <summary>Lower bounds of the random vector that a reset draws: 3 numbers, or 6.</summary>
    public required double[] Low { get; init; }

    /// <summary>Its upper bounds.</summary>
    public required double[] High { get; init; }

    /// <summary>Where the hand begins.</summary>
    public required Vec3 HandStart { get; init; }

    /// <summary>What the target in the observation is clipped to.</summary>
    public required Box Goal { get; init; }

    /// <summary>Where the hand may be sent.</summary>
    public Box Reach { get; init; } = new(new(-0.5, 0.4, 0.05), new(0.5, 1, 0.5));
}
