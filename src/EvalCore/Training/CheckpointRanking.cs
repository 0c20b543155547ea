using EvalCore.Results;
using EvalCore.Statistics.Multiple;
using EvalCore.Statistics.Paired;

namespace EvalCore.Training;

/// <summary>
/// Which of a training run's checkpoints is the best, and which cannot be told from it. Two are compared on the episodes that both have.
/// <para>
/// The best one is chosen by the episodes that it is then compared on. So the p-values are adjusted for the number of all pairs of
/// checkpoints, n (n - 1) / 2, and not only for the n - 1 comparisons with the best: of 20 equal checkpoints those would call one
/// worse than another in 13 to 20 % of the runs, at alpha 5 %.
/// </para>
/// </summary>
public sealed class CheckpointRanking
{
    private CheckpointRanking(IReadOnlyList<EvaluatedCheckpoint> all, IReadOnlyList<RankedCheckpoint> ranked, double alpha) =>
        (All, Ranked, Alpha) = (all, ranked, alpha);

    /// <summary>All checkpoints, in the order of their training steps.</summary>
    public IReadOnlyList<EvaluatedCheckpoint> All { get; }

    /// <summary>The checkpoints that have a result with an episode that was played, in the order of their training steps.</summary>
    public IReadOnlyList<RankedCheckpoint> Ranked { get; }

    /// <summary>The probability that some checkpoint is wrongly called worse than the best.</summary>
    public double Alpha { get; }

    /// <summary>The best checkpoint; null where none has a result.</summary>
    public RankedCheckpoint? Best => Ranked.FirstOrDefault(checkpoint => checkpoint.IsBest);

    /// <summary>Whether the checkpoints' goals have several conditions, so that their mean progress says more than their reward.</summary>
    public bool HasProgress => Ranked.Count > 0 && Ranked.All(checkpoint =>
        checkpoint.Metrics.AvgProgress is not null && checkpoint.Evaluated.Info!.Episodes.Any(episode => episode.NConditions > 1));

    /// <summary>
    /// Compares checkpoints. The best one has the highest success rate of those with the most episodes; of several, the highest mean progress, then the highest mean
    /// of the largest rewards, then the fewest training steps. An episode that could not be played says nothing about its checkpoint: these
    /// values are of the episodes that all of them have played.
    /// </summary>
    /// <param name="evaluated">The checkpoints.</param>
    /// <param name="alpha">The probability that some checkpoint is wrongly called worse than the best.</param>
    public static CheckpointRanking Of(IEnumerable<EvaluatedCheckpoint> evaluated, double alpha = 0.05)
    {
        EvaluatedCheckpoint[] all = [.. evaluated.OrderBy(checkpoint => checkpoint.Checkpoint.Step)];
        EvaluatedCheckpoint[] finished = [.. all.Where(checkpoint => checkpoint.Info is { Episodes.Count: > 0 })];
        if (finished.Length == 0)
            return new CheckpointRanking(all, [], alpha);

        var successes = finished.Select(checkpoint => checkpoint.Info!.Episodes.ToDictionary(episode => episode.Key, episode => episode.Success)).ToList();
        Aggregate[] metrics = [.. finished.Select(checkpoint => checkpoint.Info!.Overall)];
        int best = BestOf(finished);

        var pairs = new List<(int First, int Second)>();
        for (int i = 0; i < finished.Length; i++)
        {
            for (int j = i + 1; j < finished.Length; j++)
                pairs.Add((i, j));
        }

        double[] p = [.. pairs.Select(pair => McNemarTest.TwoSided(Outcomes(pair.First, pair.Second)))];
        double[] holm = AdjustedPValues.Holm(p);
        return new CheckpointRanking(all, [.. finished.Select(Rank)], alpha);

        PairedOutcomes Outcomes(int first, int second)
        {
            var common = successes[first].Keys.Where(successes[second].ContainsKey).ToList();
            return PairedOutcomes.Of([.. common.Select(key => successes[first][key])], [.. common.Select(key => successes[second][key])]);
        }

        RankedCheckpoint Rank(EvaluatedCheckpoint checkpoint, int i)
        {
            int pair = pairs.IndexOf((Math.Min(i, best), Math.Max(i, best)));
            double adjusted = i == best ? 1 : holm[pair];
            return new RankedCheckpoint(
                checkpoint, metrics[i], Outcomes(best, i), i == best ? 1 : p[pair], adjusted, i == best, adjusted > alpha);
        }
    }

    /// <summary>The index of the best of checkpoints, which are in the order of their steps.</summary>
    private static int BestOf(EvaluatedCheckpoint[] finished)
    {
        EvalInfo[] infos = [.. finished.Select(checkpoint => checkpoint.Info!)];

        // A checkpoint has fewer episodes than others where --eval.n_episodes was raised and it is no longer there.
        int[] asked = [.. infos.Select(info => info.Episodes.Count + info.Errors.Count)];
        int most = asked.Max();
        int[] candidates = [.. Enumerable.Range(0, infos.Length).Where(i => asked[i] == most)];

        // With few of its episodes one would leave hardly any that all have played.
        if (candidates.Where(i => 2 * infos[i].Episodes.Count >= most).ToArray() is { Length: > 0 } mostlyPlayed)
            candidates = mostlyPlayed;
        var common = infos[candidates[0]].Episodes.Select(episode => episode.Key).ToHashSet();
        foreach (int i in candidates)
            common.IntersectWith(infos[i].Episodes.Select(episode => episode.Key));
        return candidates.Select(i => (Index: i, Metrics: Aggregate.Of(Compared(infos[i])))).OrderByDescending(one => one.Metrics.PcSuccess)
            .ThenByDescending(one => one.Metrics.AvgProgress ?? 0).ThenByDescending(one => one.Metrics.AvgMaxReward).First().Index;

        List<EpisodeRecord> Compared(EvalInfo info) => [.. info.Episodes.Where(episode => common.Count == 0 || common.Contains(episode.Key))];
    }
}
