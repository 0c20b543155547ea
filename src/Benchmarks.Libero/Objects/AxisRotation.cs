namespace Benchmarks.Libero.Objects;

/// <summary>A rotation about an axis by an angle drawn from a range.</summary>
/// <param name="Axis">0 is x, 1 is y, 2 is z.</param>
/// <param name="From">The smallest angle, radians.</param>
/// <param name="To">The largest angle, radians.</param>
internal readonly record struct AxisRotation(int Axis, double From, double To);
