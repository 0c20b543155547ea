namespace Benchmarks.Libero.Objects;

/// <summary>A range of joint positions, radians (hinge) or metres (slide).</summary>
internal readonly record struct JointRange(double From, double To);
