namespace EvalCore.Comparisons;

/// <summary>The means of a metric other than success in two runs.</summary>
/// <param name="A">The mean of the first run's episodes.</param>
/// <param name="B">The mean of the second run's episodes.</param>
/// <param name="Sequential">The sign-flip tests; null for unpaired runs.</param>
public sealed record MeanComparison(double A, double B, SequentialComparison? Sequential);
