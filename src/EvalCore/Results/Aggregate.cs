using EvalCore.Statistics;
using EvalCore.Statistics.Intervals;

namespace EvalCore.Results;

/// <summary>The metrics of the episodes of a task, of a group or of a run: LeRobot's <c>per_group</c> and <c>overall</c>.</summary>
/// <param name="AvgSumReward">The mean of the episodes' sums of rewards; NaN without episodes.</param>
/// <param name="AvgMaxReward">The mean of the episodes' largest rewards; NaN without episodes.</param>
/// <param name="PcSuccess">The success rate in percent; NaN without episodes.</param>
/// <param name="NEpisodes">The number of episodes.</param>
/// <param name="NSuccess">The number of successful episodes.</param>
public sealed record Aggregate(double AvgSumReward, double AvgMaxReward, double PcSuccess, int NEpisodes, int NSuccess)
{
    /// <summary>The 95 % Wilson interval of the success rate, in percent; NaN without episodes.</summary>
    public Interval PcSuccessCi95
    {
        get
        {
            var rate = WilsonInterval.Of(NSuccess, NEpisodes);
            return new Interval(100 * rate.Low, 100 * rate.High);
        }
    }

    /// <summary>The mean progress of the episodes whose goals have conditions, from 0 to 1; null when there is none.</summary>
    public double? AvgProgress { get; init; }

    /// <summary>Aggregates episodes, in their order.</summary>
    public static Aggregate Of(IReadOnlyCollection<EpisodeRecord> episodes) => new(
        PairwiseMean.Of([.. episodes.Select(episode => episode.SumReward)]),
        PairwiseMean.Of([.. episodes.Select(episode => episode.MaxReward)]),
        PairwiseMean.Of([.. episodes.Select(episode => episode.Success ? 1.0 : 0.0)]) * 100,
        episodes.Count,
        episodes.Count(episode => episode.Success))
    {
        AvgProgress = episodes.Select(episode => episode.Progress).OfType<double>().ToArray() is { Length: > 0 } progress
            ? PairwiseMean.Of(progress)
            : null,
    };
}
