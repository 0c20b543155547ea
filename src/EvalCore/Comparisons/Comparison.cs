using System.Text.Json.Nodes;
using EvalCore.Results;
using EvalCore.Statistics;
using EvalCore.Statistics.Multiple;
using EvalCore.Statistics.Paired;
using EvalCore.Statistics.Unpaired;

namespace EvalCore.Comparisons;

/// <summary>
/// The comparison of two runs, A and B: is B worse? Success rates per task, per group and overall, with tests that use the pairs
/// where both runs played the same episodes, and a verdict that holds whatever the batch size or the shards: pairs are read in the
/// order of <see cref="CommonEpisodes"/>.
/// </summary>
public sealed class Comparison
{
    private const int MostPlanned = 10_000;

    private Comparison(ComparisonOptions options, CommonEpisodes episodes, Comparability comparability, int planned)
    {
        (Options, Episodes, Comparability, NPlanned) = (options, episodes, comparability, planned);
        Overall = Rate("", episodes.Pairs, episodes.A, episodes.B);
        Tasks = Parts(episode => (episode.TaskGroup, episode.TaskId), episode => episode.Task);
        Groups = Parts(episode => episode.TaskGroup, episode => episode.TaskGroup);
        double[] p = [.. Tasks.Select(task => task.PWorse)];
        (Holm, BenjaminiHochberg) = (AdjustedPValues.Holm(p), AdjustedPValues.BenjaminiHochberg(p));
    }

    /// <summary>The options.</summary>
    public ComparisonOptions Options { get; }

    /// <summary>The common episodes.</summary>
    public CommonEpisodes Episodes { get; }

    /// <summary>Whether the runs can be compared.</summary>
    public Comparability Comparability { get; }

    /// <summary>The planned number of pairs, of which these are the first.</summary>
    public int NPlanned { get; }

    /// <summary>The success rates over all common episodes.</summary>
    public RateComparison Overall { get; }

    /// <summary>The success rates of each task.</summary>
    public IReadOnlyList<RateComparison> Tasks { get; }

    /// <summary>The success rates of each group of tasks.</summary>
    public IReadOnlyList<RateComparison> Groups { get; }

    /// <summary>The tasks' p-values for "B is worse", adjusted by Holm for their number.</summary>
    public IReadOnlyList<double> Holm { get; }

    /// <summary>The tasks' p-values for "B is worse", adjusted by Benjamini and Hochberg.</summary>
    public IReadOnlyList<double> BenjaminiHochberg { get; }

    /// <summary>The means of the metric; null for success.</summary>
    public MeanComparison? Metric { get; private init; }

    /// <summary>The pairs in which one succeeded and the other failed.</summary>
    public IEnumerable<EpisodePair> Discordant => Episodes.Pairs.Where(pair => pair.A.Success != pair.B.Success);

    /// <summary>The sequential tests of the metric; null for unpaired runs.</summary>
    public SequentialComparison? Sequential => Metric is null ? Overall.Sequential : Metric.Sequential;

    /// <summary>
    /// The verdict. Of unpaired runs: fail where Boschloo's test at alpha shows that B is worse, pass where Newcombe's interval at 1 - 2
    /// alpha excludes a drop of the margin.
    /// </summary>
    public GateVerdict Verdict
    {
        get
        {
            if (Comparability.Reasons.Count > 0)
                return GateVerdict.NotComparable;
            if (Sequential is { } sequential)
                return sequential.Verdict;
            if (Metric is not null)
                return GateVerdict.Undecided;
            if (Overall.PWorse <= Options.Alpha)
                return GateVerdict.Fail;
            var interval = NewcombeInterval.Of(new(Overall.B.Successes, Overall.B.Episodes, Overall.A.Successes, Overall.A.Episodes), 1 - 2 * Options.Alpha);
            return interval.Low > -Options.Margin / 100 ? GateVerdict.Pass : GateVerdict.Undecided;
        }
    }

    /// <summary>Compares two runs.</summary>
    /// <param name="a">The first run: the baseline.</param>
    /// <param name="b">The second run.</param>
    /// <param name="options">How they are compared.</param>
    /// <param name="ownRange">The range of the metric in a suite; null where it has none.</param>
    /// <exception cref="EvalCoreException">
    /// An option is out of range, the runs have no task in common, or a run lacks the metric.
    /// </exception>
    public static Comparison Of(EvalInfo a, EvalInfo b, ComparisonOptions options, Func<string, Interval?>? ownRange = null)
    {
        ArgumentNullException.ThrowIfNull(options);
        options.Validate();
        return Of(CommonEpisodes.Of(a, b), a, b, options, ownRange);
    }

    /// <summary>Compares two runs whose common episodes are known, with options that are valid.</summary>
    internal static Comparison Of(CommonEpisodes episodes, EvalInfo a, EvalInfo b, ComparisonOptions options, Func<string, Interval?>? ownRange)
    {
        int common = episodes.Pairing == Pairing.None ? Math.Min(episodes.A.Count, episodes.B.Count) : episodes.Pairs.Count;

        // A run that a gate stopped has the first of the episodes that it was asked for.
        int planned = options.NPlanned ?? Math.Max(common, PlannedBy(b.Provenance));
        if (planned < common)
            throw new EvalCoreException($"--n_planned: {planned} is less than the {common} episodes that both runs have");
        return new Comparison(options, episodes, Comparability.Of(a, b), planned)
        {
            Metric = options.Metric == ComparisonMetric.Success ? null : Means(episodes, options, planned, ownRange),
        };
    }

    private static int PlannedBy(JsonObject? provenance) =>
        provenance?[EvalInfo.Gate] is JsonObject gate && gate["margin"] is not null && gate["n_planned"] is JsonValue planned && planned.TryGetValue(out int value) && value <= ComparisonOptions.MostPlanned ? value : 0;

    /// <summary>
    /// The smallest drop of the success rate, from 0 to 1, that a one-sided test at alpha would have shown with these discordant pairs,
    /// or, for unpaired runs, from A's rate; null where no drop could have been shown.
    /// </summary>
    public double? SmallestDrop()
    {
        if (Overall.Outcomes is { } outcomes)
        {
            // With no more discordant pairs than these, the strongest evidence is that B lost all of them.
            var shown = Enumerable.Range(0, outcomes.Discordant + 1)
                .Where(losses => 2 * losses > outcomes.Discordant && McNemarTest.SecondWorse(new(0, losses, outcomes.Discordant - losses, 0)) <= Options.Alpha)
                .ToList();
            return shown.Count == 0 ? null : (2.0 * shown[0] - outcomes.Discordant) / outcomes.Count;
        }

        var rates = Overall.Unpaired;
        int most = (int)(rates.Rate1 * rates.Trials2);
        for (int successes = most; successes >= 0; successes--)
        {
            if (FisherTest.PValue(rates with { Successes2 = successes }, Alternative.Greater) <= Options.Alpha)
                return rates.Rate1 - (double)successes / rates.Trials2;
        }

        return null;
    }

    /// <summary>
    /// How many more pairs would decide, if further ones were as these: the shortest continuation, of at most 10,000 pairs, that repeats
    /// them and gives a verdict. Null where there is already one, for unpaired runs, and where none is found.
    /// </summary>
    public int? MorePairs()
    {
        if (Metric is not null || Overall.Sequential is not { Verdict: GateVerdict.Undecided })
            return null;
        var pairs = Successes(Episodes.Pairs).ToList();
        for (double total = pairs.Count + 1; total <= MostPlanned; total = Math.Max(total + 1, total * 1.1))
        {
            int count = (int)total;
            var repeated = Enumerable.Range(0, count).Select(i => pairs[i % pairs.Count]);
            if (SequentialComparison.Of(repeated, Options.Alpha, Math.Max(NPlanned, count), Options.Margin, read => Episodes.EndsRound((read - 1) % pairs.Count + 1)).Verdict != GateVerdict.Undecided)
                return count - pairs.Count;
        }

        return null;
    }

    private List<RateComparison> Parts<TKey>(Func<EpisodeRecord, TKey> key, Func<EpisodeRecord, string> name)
        where TKey : notnull
    {
        var pairs = Episodes.Pairs.ToLookup(pair => key(pair.A));

        // Pairs belong together although a file does not name its task.
        var b = Episodes.Pairing == Pairing.None
            ? Episodes.B.ToLookup(key)
            : Episodes.Pairs.Select(pair => (Key: key(pair.A), pair.B)).ToLookup(pair => pair.Key, pair => pair.B);
        return
        [
            .. Episodes.A.GroupBy(key).Select(part => Rate(name(part.First()), [.. pairs[part.Key]], [.. part], [.. b[part.Key]])),
        ];
    }

    private RateComparison Rate(string name, IReadOnlyList<EpisodePair> pairs, IReadOnlyList<EpisodeRecord> a, IReadOnlyList<EpisodeRecord> b)
    {
        if (Episodes.Pairing == Pairing.None)
            return new RateComparison(name, RunSummary.Of(a), RunSummary.Of(b), null, null);

        // A part of the episodes has the same part of the planned ones.
        int planned = name.Length == 0 ? NPlanned : (int)Math.Max(pairs.Count, (long)NPlanned * pairs.Count / Episodes.Pairs.Count);
        return new RateComparison(
            name, RunSummary.Of(a), RunSummary.Of(b),
            PairedOutcomes.Of([.. pairs.Select(pair => pair.A.Success)], [.. pairs.Select(pair => pair.B.Success)]),
            SequentialComparison.Of(Successes(pairs), Options.Alpha, planned, Options.Margin, name.Length == 0 ? Episodes.EndsRound : null));
    }

    private static IEnumerable<(bool A, bool B)> Successes(IEnumerable<EpisodePair> pairs) => pairs.Select(pair => (pair.A.Success, pair.B.Success));

    private static MeanComparison Means(CommonEpisodes episodes, ComparisonOptions options, int planned, Func<string, Interval?>? ownRange)
    {
        double[] a = Values(episodes.A, "A"), b = Values(episodes.B, "B");
        if (episodes.Pairing == Pairing.None)
            return new MeanComparison(PairwiseMean.Of(a), PairwiseMean.Of(b), null);
        string? suite = episodes.A.Concat(episodes.B).Select(episode => episode.Suite).FirstOrDefault(name => name is not null);
        var own = options.Metric switch
        {
            ComparisonMetric.Progress => new Interval(0, 1),
            ComparisonMetric.MaxReward when suite is not null => ownRange?.Invoke(suite),
            _ => (Interval?)null,
        };
        var range = options.ReadRange() ?? own
            ?? throw new EvalCoreException($"--range is missing: the lowest and the highest possible {options.MetricName}, for example --range=0,1");
        if (a.Concat(b).Where(value => !(value >= range.Low && value <= range.High)).Select(value => (double?)value).FirstOrDefault() is { } outside)
            throw new EvalCoreException($"--range: an episode has {options.MetricName} {ComparisonOptions.Text(outside)}, outside of {ComparisonOptions.Text(range.Low)} to {ComparisonOptions.Text(range.High)}; give the whole range with --range=LOW,HIGH");

        // Fewer steps are better.
        var pairs = a.Zip(b).Select(pair => options.Metric == ComparisonMetric.Steps
            ? (A: range.High + range.Low - pair.First, B: range.High + range.Low - pair.Second)
            : (A: pair.First, B: pair.Second));
        return new MeanComparison(PairwiseMean.Of(a), PairwiseMean.Of(b), SequentialComparison.Of(pairs, options.Alpha, planned, range, episodes.EndsRound));

        double[] Values(IReadOnlyList<EpisodeRecord> records, string run) =>
        [
            .. records.Select(episode => options.Metric switch
            {
                ComparisonMetric.MaxReward => episode.MaxReward,
                ComparisonMetric.SumReward => episode.SumReward,
                ComparisonMetric.Progress => episode.Progress,
                _ => episode.Steps,
            } ?? throw new EvalCoreException($"--metric={options.MetricName}: {run} does not record it for every episode")),
        ];
    }
}
