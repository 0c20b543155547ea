using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Recording;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What a run and its baseline recorded of each step of their episodes.</summary>
/// <param name="run">The steps of the run that is shown; null where none were recorded.</param>
/// <param name="baseline">Those of the baseline; null where none were recorded, and without a baseline.</param>
internal sealed class StepTraces(RecordedSteps? run, RecordedSteps? baseline)
{
    private readonly Lazy<IReadOnlyDictionary<EpisodeKey, double[]>> _rewards = new(() => run?.ReadRewards() ?? new Dictionary<EpisodeKey, double[]>());

    /// <summary>The rewards of the steps of an episode of the run; null where they were not recorded.</summary>
    /// <exception cref="EvalCoreException">A file cannot be read.</exception>
    public double[]? Rewards(EpisodeRecord episode) => _rewards.Value.GetValueOrDefault(episode.Key);

    /// <summary>
    /// The number, from 0, of the first step in which the action, the reward or a flag of a pair's episodes differs; where one
    /// ended, the step after its last. Null where none differs, or they were not recorded.
    /// </summary>
    /// <exception cref="EvalCoreException">A file cannot be read.</exception>
    public int? FirstDifference(EpisodePair pair)
    {
        if (baseline?.Contains(pair.A.Key) != true || run?.Contains(pair.B.Key) != true)
            return null;
        var (a, b) = (baseline.Read(pair.A.Key), run.Read(pair.B.Key));
        int most = Math.Max(a.Steps, b.Steps);
        for (int step = 1; step <= most; step++)
        {
            if (step > a.Steps || step > b.Steps || !a[step].SequenceEqual(b[step]))
                return step - 1;
        }

        return null;
    }
}
