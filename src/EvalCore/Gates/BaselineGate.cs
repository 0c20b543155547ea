using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Reports;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Statistics.Sequential;

namespace EvalCore.Gates;

/// <summary>
/// A gate of a baseline: it passes as soon as the margin test excludes a drop of the margin or more, fails as soon as the sequential sign
/// test shows that the policy is worse, and is undecided when the planned pairs show neither. Its verdict is that of
/// <see cref="Comparison"/> over the same episodes.
/// </summary>
public sealed class BaselineGate : Gate
{
    private readonly EvalInfo _baseline;
    private readonly string _path;
    private readonly GateOptions _options;
    private readonly CommonEpisodes _common;
    private readonly Dictionary<EpisodeKey, bool> _partners;
    private readonly SequentialSignTest _worse;
    private readonly MarginTest _within;
    private GateVerdict _verdict = GateVerdict.Undecided;
    private int _pairs;

    /// <summary>The last pair that was played, which the tests have not read: an error may follow it at the end of the round.</summary>
    private (bool Before, bool Now)? _unread;

    /// <summary>Makes a gate.</summary>
    /// <param name="baseline">The baseline.</param>
    /// <param name="path">Its file or folder, for messages.</param>
    /// <param name="plan">The planned episodes.</param>
    /// <param name="options">The margin and the probability of errors.</param>
    /// <exception cref="EvalCoreException">No planned episode is in the baseline.</exception>
    [SetsRequiredMembers]
    public BaselineGate(EvalInfo baseline, string path, EpisodePlan plan, GateOptions options)
    {
        ArgumentNullException.ThrowIfNull(baseline);
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(options);
        (_baseline, _path, _options, NPlanned, AllowsErrors) = (baseline, path, options, plan.Count, options.AllowErrors);
        var tasks = plan.Tasks.Select(task => (task.Group, task.Id)).ToHashSet();
        var played = baseline.PerTask.Where(task => task.Episodes.Count > 0).ToList();
        if (played.Count == 0)
            throw new EvalCoreException($"--baseline: no episode of {path} could be played; name another run");
        if (!played.Exists(task => task.TaskGroup.Length == 0 || tasks.Contains((task.TaskGroup, task.TaskId))))
        {
            throw new EvalCoreException(
                $"--baseline: {path} has no task of this run: it has {Some(played.Select(task => task.Task), 5)}, and this run {Some(plan.Tasks.Select(task => task.Name), 5)}");
        }

        var planned = new EvalInfo(plan.ByIndex().Select(EpisodeRecord.Unplayed), 0, "", null);
        _common = CommonEpisodes.Of(baseline, planned);
        if (_common.Pairing == Pairing.None)
            throw new EvalCoreException($"--baseline: {path} has no episode of this run: its seeds are {Seeds(baseline)}, and this run's {Seeds(planned)}; give --seed={baseline.Episodes.Min(episode => episode.Seed - episode.EpisodeIndex)}");
        _partners = _common.Pairs.ToDictionary(pair => pair.B.Key, pair => pair.A.Success);
        Notes = [.. NotesOn(_common, plan), .. CannotPass(_partners.Count, options) is { } note ? [note] : Array.Empty<string>()];
        _worse = new SequentialSignTest(options.Alpha, _partners.Count);
        _within = new MarginTest(options.Margin / 100, options.Alpha);
    }

    /// <inheritdoc/>
    protected override GateVerdict Judgement => _verdict;

    /// <summary>What was assumed in pairing the episodes, one line each.</summary>
    public IReadOnlyList<string> Notes { get; }

    /// <summary>Whether the run is made under the conditions of the baseline. Where it is not, nothing need be played.</summary>
    /// <param name="provenance">The run's provenance.</param>
    /// <returns>The reasons why it is not; empty where the runs are comparable.</returns>
    public IReadOnlyList<string> NotComparable(JsonObject provenance)
    {
        var reasons = Comparability.Of(_baseline.Provenance, provenance).Reasons;
        if (reasons.Count > 0)
            _verdict = GateVerdict.NotComparable;
        return reasons;
    }

    /// <summary>
    /// Whether a run would repeat the baseline: everything that its episodes depend on is the same, the hash of the policy's files
    /// included, and the baseline has each of them. Nothing need be played then.
    /// </summary>
    /// <param name="provenance">The run's provenance.</param>
    public bool IsRepeatedBy(JsonObject provenance)
    {
        ArgumentNullException.ThrowIfNull(provenance);
        if (_partners.Count < NPlanned || _baseline.Provenance is not { } before || before["merged"] is not null)
            return false;
        try
        {
            var (mine, theirs) = (RunIdentity.FromJson(provenance), RunIdentity.FromJson(before));
            bool isSame = mine.Difference(theirs) is null
                && mine.Policy.Facts.Values.Any(fact => fact.StartsWith("sha256:", StringComparison.Ordinal))
                && Release(provenance) == Release(before)
                && JsonNode.DeepEquals(provenance["engine_libraries"], before["engine_libraries"])
                && JsonNode.DeepEquals(Merge.Inner(provenance, "machine", "renderer"), Merge.Inner(before, "machine", "renderer"));
            if (isSame)
                _verdict = GateVerdict.Pass;
            return isSame;
        }
        catch (JsonException)
        {
            return false;
        }

        // The commit after the plus sign is that of a build.
        static string? Release(JsonObject of) => Merge.Text(of["evalcore"])?.Split('+')[0];
    }

    /// <inheritdoc/>
    protected override string Conclude(EvalInfo info)
    {
        if (!HasPair(info))
            return "undecided: no episode with a partner in the baseline was played";
        var verdict = ComparisonText.VerdictParts(Compare(info), worse: "worse than the baseline");
        return $"{verdict.Word}: {verdict.Reason}";
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> FiguresOf(EvalInfo info)
    {
        if (!HasPair(info))
            yield break;
        var comparison = Compare(info);
        var overall = comparison.Overall;
        var dropped = comparison.Tasks.Where(task => task.Difference < 0).OrderBy(task => task.Difference)
            .Select(task => $"{task.Name} from {ComparisonText.Percent(task.A.Rate)} to {ComparisonText.Percent(task.B.Rate)} ({ComparisonText.Points(task.Difference)} points)").ToList();
        if (dropped.Count > 0)
            yield return $"dropped: {Some(dropped, 3)}";
        yield return $"success rate: {ComparisonText.Percent(overall.A.Rate)} of the baseline, {ComparisonText.Percent(overall.B.Rate)} now (95 % interval {ComparisonText.Percent(overall.B.Wilson95.Low)} to {ComparisonText.Percent(overall.B.Wilson95.High)}), over {overall.B.Episodes} pairs";
        var outcomes = overall.Outcomes!.Value;
        yield return $"difference: {ComparisonText.Points(overall.Difference)} points (95 % interval {ComparisonText.Points(overall.Interval95.Low)} to {ComparisonText.Points(overall.Interval95.High)}), "
            + $"{outcomes.SecondOnly} pairs gained and {outcomes.FirstOnly} lost";
        if (comparison.Verdict == GateVerdict.Undecided && comparison.MorePairs() is { } more)
            yield return $"{more} more {(more == 1 ? "episode" : "episodes")} like these would decide";
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<EpisodeRecord> TellingOf(EvalInfo info) => !HasPair(info) ? [] :
    [
        .. Compare(info).Episodes.Pairs.Where(pair => !pair.B.Success).OrderBy(pair => !pair.A.Success).Select(pair => pair.B),
    ];

    /// <inheritdoc/>
    protected override string TellingAre => "failed seeds (those that the baseline solved come first)";

    /// <inheritdoc/>
    protected override JsonObject Demands() => new()
    {
        ["margin"] = _options.Margin,
        ["alpha"] = _options.Alpha,
        ["n_planned"] = _partners.Count,
    };

    /// <inheritdoc/>
    protected override bool Decides(EpisodeRecord episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        if (!_partners.TryGetValue(episode.Key, out bool before))
            return false;
        Test(looks: false);
        _unread = (before, episode.Success);
        return Ends();
    }

    /// <inheritdoc/>
    protected override bool LeavesOut(EpisodeRecord episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        return _partners.ContainsKey(episode.Key) && Ends();
    }

    /// <summary>
    /// Counts a pair, played or not; true when the verdict is certain. The tests look at the last pair of a round that was played, which a
    /// comparison of the same runs takes for its end.
    /// </summary>
    private bool Ends()
    {
        _pairs++;
        return (_common.EndsRound(_pairs) && Test(looks: true)) || _pairs == _partners.Count;
    }

    /// <summary>Gives the last pair to the tests; true when one of them stops.</summary>
    private bool Test(bool looks)
    {
        if (_unread is not var (before, now))
            return false;
        _unread = null;
        bool isWithin = _within.Add(before, now, looks), isWorse = _worse.Add(before, now, looks);
        _verdict = isWithin ? GateVerdict.Pass : isWorse ? GateVerdict.Fail : GateVerdict.Undecided;
        return isWithin || isWorse;
    }

    /// <summary>Whether a pair was played: without one nothing can be compared.</summary>
    private bool HasPair(EvalInfo info) => info.Episodes.Any(episode => _partners.ContainsKey(episode.Key));

    /// <summary>The report of a run beside the baseline.</summary>
    public RunReport ReportOn(ReportRun run) =>
        new(run, new ReportRun(_path, _baseline, Path.GetDirectoryName(Path.GetFullPath(_path))!), new ComparisonOptions { Alpha = _options.Alpha, Margin = _options.Margin });

    /// <summary>Why a gate of so few pairs cannot pass, in one line; null where it can.</summary>
    private static string? CannotPass(int pairs, GateOptions options)
    {
        int fewest = MarginTest.FewestEqualPairs(options.Margin / 100, options.Alpha);
        return pairs >= fewest
            ? null
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{pairs} pairs are too few for this gate to pass where the policy is as good as the baseline: a margin of {options.Margin:0.##} points at alpha {options.Alpha:0.####} needs {fewest} or more");
    }

    private Comparison Compare(EvalInfo info) => Comparison.Of(_baseline, info, _options.Comparison(_partners.Count));

    private static IEnumerable<string> NotesOn(CommonEpisodes common, EpisodePlan plan)
    {
        if (common.Pairing == Pairing.Index)
            yield return "the baseline does not record its seeds: episodes are paired by task and index, which is right where it started with the same --seed";
        if (plan.Count - common.Pairs.Count is > 0 and var without)
            yield return $"{without} of the {plan.Count} planned episodes have no partner in the baseline and cannot change the verdict";
    }

    private static string Seeds(EvalInfo info) => string.Create(
        CultureInfo.InvariantCulture, $"{info.Episodes.Min(episode => episode.Seed)} to {info.Episodes.Max(episode => episode.Seed)}");
}
