namespace Benchmarks.Libero.Resets;

/// <summary>One call of numpy's generator in a reset, for comparison with a recorded one.</summary>
/// <param name="Function">The function: <c>randn</c>, <c>randint</c> or <c>uniform</c>.</param>
/// <param name="Low">The smallest value: <c>low</c> of <c>uniform</c>, else 0.</param>
/// <param name="High">The value above the largest: <c>high</c> of <c>uniform</c>, the argument of the other functions.</param>
/// <param name="Values">What it returned.</param>
internal sealed record NumpyDraw(string Function, double Low, double High, IReadOnlyList<double> Values);
