namespace Benchmarks.Libero.Resets;

/// <summary>
/// What a seeded reset draws. An instance or a joint that is not in it stays where the model has it.
/// </summary>
/// <param name="Joints">The positions of what starts opened, closed, turned on or turned off.</param>
/// <param name="Placements">Objects and fixtures, in the order in which they were placed.</param>
internal sealed record SampledState(IReadOnlyList<JointPosition> Joints, IReadOnlyList<Placement> Placements);
