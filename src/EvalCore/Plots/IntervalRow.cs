using EvalCore.Statistics;

namespace EvalCore.Plots;

/// <summary>A row of a plot of intervals.</summary>
/// <param name="Name">The task, the group, or what else has a rate.</param>
/// <param name="Value">The rate or the difference of rates, from -1 to 1.</param>
/// <param name="Interval">Its interval.</param>
/// <param name="Baseline">The rate in the baseline; null without one.</param>
/// <param name="BaselineInterval">Its interval.</param>
internal sealed record IntervalRow(string Name, double Value, Interval Interval, double? Baseline = null, Interval BaselineInterval = default);
