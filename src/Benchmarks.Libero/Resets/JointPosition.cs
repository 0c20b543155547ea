namespace Benchmarks.Libero.Resets;

/// <summary>The position that a reset gives a joint.</summary>
/// <param name="Joint">The joint's name.</param>
/// <param name="Position">Radians (hinge) or metres (slide).</param>
internal readonly record struct JointPosition(string Joint, double Position);
