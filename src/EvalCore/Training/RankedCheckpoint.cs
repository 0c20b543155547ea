using EvalCore.Results;
using EvalCore.Statistics;
using EvalCore.Statistics.Paired;

namespace EvalCore.Training;

/// <summary>A checkpoint's result, and its comparison with the best one.</summary>
/// <param name="Evaluated">The checkpoint.</param>
/// <param name="Metrics">The metrics over all of its episodes that were played.</param>
/// <param name="Outcomes">The pairs of the best one's episodes (first) and its own (second).</param>
/// <param name="PValue">McNemar's exact two-sided p-value of these pairs.</param>
/// <param name="Holm">The same, adjusted by Holm for the number of all pairs of checkpoints.</param>
/// <param name="IsBest">Whether it is the best one.</param>
/// <param name="IsIndistinguishable">Whether the adjusted p-value is above alpha; true for the best one itself.</param>
public sealed record RankedCheckpoint(
    EvaluatedCheckpoint Evaluated, Aggregate Metrics, PairedOutcomes Outcomes, double PValue, double Holm, bool IsBest, bool IsIndistinguishable)
{
    /// <summary>The number of its episodes that could not be played.</summary>
    public int Errors => Evaluated.Info!.Errors.Count;

    /// <summary>Its success rate minus the best one's, from -1 to 1, over the episodes that both have; NaN where they have none.</summary>
    public double Difference => Outcomes.Difference;

    /// <summary>Tango's 95 % interval of the difference.</summary>
    public Interval Tango95 => TangoInterval.Of(Outcomes);
}
