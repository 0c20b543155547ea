using EvalCore.Comparisons;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What runs recorded of each step of their episodes.</summary>
public interface IStepTraces
{
    /// <summary>The rewards of the steps of an episode of the run that is shown; null where they were not recorded.</summary>
    IReadOnlyList<double>? Rewards(EpisodeRecord episode);

    /// <summary>
    /// The number, from 0, of the first step in which the traces of a pair differ; null where they do not, or were not
    /// recorded.
    /// </summary>
    int? FirstDifference(EpisodePair pair);
}
