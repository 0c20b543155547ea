using EvalCore.Results;
using EvalCore.Statistics;
using EvalCore.Statistics.Intervals;

namespace EvalCore.Comparisons;

/// <summary>The success rate of one of two runs.</summary>
/// <param name="Successes">The number of successes.</param>
/// <param name="Episodes">The number of episodes.</param>
public sealed record RunSummary(int Successes, int Episodes)
{
    /// <summary>The success rate, from 0 to 1.</summary>
    public double Rate => (double)Successes / Episodes;

    /// <summary>The 95 % Wilson interval of the success rate.</summary>
    public Interval Wilson95 => WilsonInterval.Of(Successes, Episodes);

    /// <summary>The exact 95 % interval of the success rate.</summary>
    public Interval ClopperPearson95 => ClopperPearsonInterval.Of(Successes, Episodes);

    /// <summary>Summarizes episodes.</summary>
    public static RunSummary Of(IReadOnlyCollection<EpisodeRecord> episodes)
    {
        ArgumentNullException.ThrowIfNull(episodes);
        return new RunSummary(episodes.Count(episode => episode.Success), episodes.Count);
    }
}
