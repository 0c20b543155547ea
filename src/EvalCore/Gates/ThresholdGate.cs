using System.Globalization;
using System.Text.Json.Nodes;
using EvalCore.Comparisons;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Statistics.Sequential;

namespace EvalCore.Gates;

/// <summary>
/// A gate of thresholds: success rates that all episodes, each group of tasks or each task must reach. It passes when all are reached,
/// and fails as soon as one cannot be reached any more: the verdict is always that of all planned episodes. A threshold of 0 only
/// demands that the episodes can be played, all of them.
/// </summary>
public sealed class ThresholdGate : Gate
{
    private readonly List<Part> _parts = [];
    private readonly string _suite;

    /// <summary>Makes a gate.</summary>
    /// <param name="plan">The planned episodes.</param>
    /// <param name="overall">The threshold over all episodes, in percent; 0 for none.</param>
    /// <param name="ofGroup">The threshold of a group, in percent, by name; 0 for none.</param>
    /// <param name="ofTask">The threshold of a task, in percent, by name; 0 for none.</param>
    [System.Diagnostics.CodeAnalysis.SetsRequiredMembers]
    public ThresholdGate(EpisodePlan plan, double overall, Func<string, double> ofGroup, Func<string, double> ofTask)
    {
        ArgumentNullException.ThrowIfNull(plan);
        ArgumentNullException.ThrowIfNull(ofGroup);
        ArgumentNullException.ThrowIfNull(ofTask);
        NPlanned = plan.Count;
        _suite = plan.Tasks[0].Suite;
        Demand(_suite, overall, plan.Tasks.Count, _ => true);
        foreach (var group in plan.Tasks.Where(SuiteGate.IsInGroup).GroupBy(task => task.Group))
            Demand($"{_suite}/{group.Key}", ofGroup(group.Key), group.Count(), episode => episode.TaskGroup == group.Key);
        foreach (var task in plan.Tasks)
            Demand($"{_suite}/{task.Name}", ofTask(task.Name), 1, episode => (episode.TaskGroup, episode.TaskId) == (task.Group, task.Id));

        void Demand(string name, double percent, int tasks, Func<EpisodeRecord, bool> contains)
        {
            if (percent > 0)
                _parts.Add(new Part(name, percent, tasks * plan.PerTask, contains));
        }
    }

    /// <inheritdoc/>
    protected override GateVerdict Judgement =>
        _parts.Exists(part => part.Passed == false) ? GateVerdict.Fail
        : _parts.TrueForAll(part => part.Passed == true) && (_parts.Count > 0 || EpisodesRead == NPlanned) ? GateVerdict.Pass
        : GateVerdict.Undecided;

    /// <summary>Whether a threshold is reached; null while that is not certain, and where there is no such threshold.</summary>
    /// <param name="name">The suite, or the suite and a group or task: <c>libero/libero_spatial</c>.</param>
    public bool? IsReached(string name) => _parts.Find(part => part.Name == name)?.Passed;

    /// <summary>What a threshold demands and what came of it, in one line.</summary>
    /// <param name="name">As for <see cref="IsReached"/>.</param>
    /// <param name="info">The result of the run.</param>
    public string Conclusion(string name, EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        return _parts.Find(part => part.Name == name)!.Conclusion(info);
    }

    /// <inheritdoc/>
    protected override string Conclude(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        if (_parts.Find(part => part.Passed == false) is { } missed)
            return $"fail: {missed.Conclusion(info)}";
        return Judgement == GateVerdict.Undecided
            ? $"undecided: {(_parts.Find(part => part.IsUnplayed) is { } unplayed ? $"{unplayed.Name}: none of its episodes could be played" : $"{info.Episodes.Count} of {NPlanned} episodes were played")}"
            : $"pass: {(_parts.Count == 0 ? "all episodes could be played" : Some(_parts.Select(part => part.Conclusion(info)), 2))}";
    }

    /// <inheritdoc/>
    protected override IEnumerable<string> FiguresOf(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var lowest = info.PerTask.Where(task => task.Episodes.Count > 0).OrderBy(task => task.Metrics.PcSuccess).Select(task => $"{task.Task} {ComparisonText.Percent(task.Metrics.PcSuccess / 100)}").ToList();
        if (Judgement == GateVerdict.Fail && lowest.Count > 1)
            yield return $"lowest: {Some(lowest, 5)}";
        var interval = info.Overall.PcSuccessCi95;
        yield return string.Create(
            CultureInfo.InvariantCulture,
            $"success rate: {info.Overall.PcSuccess:0.0} % over {EpisodeText.Count(info.Episodes.Count)} (95 % interval {interval.Low:0.0} to {interval.High:0.0} %)");
    }

    /// <inheritdoc/>
    protected override IReadOnlyList<EpisodeRecord> TellingOf(EvalInfo info)
    {
        ArgumentNullException.ThrowIfNull(info);
        var missed = _parts.Find(part => part.Passed == false);
        return [.. info.Episodes.Where(episode => !episode.Success && missed?.Contains(episode) != false)];
    }

    /// <inheritdoc/>
    protected override JsonObject Demands() => new()
    {
        ["thresholds"] = new JsonObject(_parts.Select(part => KeyValuePair.Create(part.Name, (JsonNode?)part.Percent))),
        ["n_planned"] = NPlanned,
    };

    /// <inheritdoc/>
    protected override bool Decides(EpisodeRecord episode)
    {
        foreach (var part in _parts)
            part.Add(episode);
        return Judgement != GateVerdict.Undecided;
    }

    /// <inheritdoc/>
    protected override bool LeavesOut(EpisodeRecord episode)
    {
        foreach (var part in _parts)
            part.LeaveOut(episode);
        return Judgement != GateVerdict.Undecided;
    }

    /// <summary>A threshold and the episodes it is about.</summary>
    private sealed class Part(string name, double percent, int planned, Func<EpisodeRecord, bool> contains)
    {
        private readonly Curtailment _curtailment = new(percent / 100, planned);
        private int _planned = planned;

        public string Name => name;

        public double Percent => percent;

        public bool? Passed => _curtailment.Passed;

        /// <summary>Whether it has been read, and none of its episodes could be played.</summary>
        public bool IsUnplayed => _planned == 0;

        public bool Contains(EpisodeRecord episode) => contains(episode);

        public void Add(EpisodeRecord episode)
        {
            if (contains(episode))
                _curtailment.Add(episode.Success);
        }

        public void LeaveOut(EpisodeRecord episode)
        {
            if (!contains(episode))
                return;
            _planned--;
            _curtailment.LeaveOut();
        }

        public string Conclusion(EvalInfo info)
        {
            var result = Aggregate.Of([.. info.Episodes.Where(contains)]);
            string rate = string.Create(CultureInfo.InvariantCulture, $"the success rate is {result.PcSuccess:0.0} % over {EpisodeText.Count(result.NEpisodes)}");
            string threshold = string.Create(CultureInfo.InvariantCulture, $"the threshold of {percent:0.0###} %");
            if (result.NEpisodes == _planned)
                return $"{name}: {rate}, {(Passed == true ? "which reaches" : "below")} {threshold}";
            return Passed == true
                ? $"{name}: {_curtailment.Successes} successes of the {_curtailment.Needed} that {threshold} over {EpisodeText.Count(_planned)} needs"
                : $"{name}: {rate}; {threshold} over {EpisodeText.Count(_planned)} needs {_curtailment.Needed} successes and cannot be reached after {_curtailment.Failures} failures";
        }
    }
}
