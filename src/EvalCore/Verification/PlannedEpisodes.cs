using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Verification;

/// <summary>
/// What a result has of the episodes that its run planned. Those that were played again say nothing of others that were removed from
/// the file; what the run was asked for is in the file too.
/// </summary>
internal sealed class PlannedEpisodes
{
    private const int MostNames = 10;

    /// <summary>The missing shards of a merged result are named up to so many.</summary>
    private const int MostShards = 1000;

    private readonly List<string> _notes = [];
    private readonly List<string> _remarks = [];

    private PlannedEpisodes()
    {
    }

    /// <summary>The number of planned episodes, of the shard where the result is of one; null where the result does not say.</summary>
    public long? Count { get; private set; }

    /// <summary>How many of them are neither among the result's episodes nor among its errors. A run that its gate stopped planned no more.</summary>
    public long Missing { get; private set; }

    /// <summary>The shard that the result is of; null for a whole run.</summary>
    public Shard? OfShard { get; private set; }

    /// <summary>Whether the result's episodes are those that were planned, and all of them were played.</summary>
    public bool IsComplete { get; private set; } = true;

    /// <summary>What was not played or is unknown, one line each.</summary>
    public IReadOnlyList<string> Notes => _notes;

    /// <summary>The same for the verdict, a phrase each.</summary>
    public IReadOnlyList<string> Remarks => _remarks;

    /// <summary>Compares a result with what its run was asked for.</summary>
    /// <param name="info">The result.</param>
    /// <param name="runs">The provenance of the run, or of each run of a merged result; at least one.</param>
    /// <param name="benchmark">The suite, opened with the run's flags.</param>
    /// <param name="seed">The seed of episode 0.</param>
    /// <param name="isJournal">Whether the result is what a journal has so far.</param>
    /// <exception cref="EvalCoreException">The provenance is damaged.</exception>
    public static PlannedEpisodes Of(EvalInfo info, IReadOnlyList<JsonObject> runs, IBenchmark benchmark, long seed, bool isJournal)
    {
        var planned = new PlannedEpisodes();
        planned.Read(info, runs, benchmark, seed, isJournal);
        return planned;
    }

    private void Read(EvalInfo info, IReadOnlyList<JsonObject> runs, IBenchmark benchmark, long seed, bool isJournal)
    {
        if (info.Errors is { Count: > 0 } errors)
        {
            string names = Names(errors.Select(error => (error.EpisodeIndex, error.Task)), errors.Count);
            Add(
                errors.Count == 1 ? $"1 episode, an error of the run, which was not played ({names})" : $"{errors.Count} episodes, errors of the run, which were not played ({names})",
                errors.Count == 1 ? "1 is an error" : $"{errors.Count} are errors");
        }

        int perTask = runs.Max(PerTask);
        if (perTask < 1)
        {
            Add("which episodes were planned: the result does not say (options.eval.n_episodes)", "how many were planned is unknown");
            return;
        }

        var whole = new EpisodePlan(benchmark.Tasks, perTask, seed, Shard.Whole);
        bool isMerged = info.Provenance?["merged"] is not null;
        var shard = isMerged ? Shard.Whole : ShardOf(runs[0]);
        if (shard.Count > 1)
            OfShard = shard;
        if (runs.Select(run => Merge.Text(run[Merge.EpisodesDigest])).FirstOrDefault(digest => digest is not null && digest != whole.Digest) is { } other)
        {
            Add(
                $"which episodes were planned: the result's {Merge.EpisodesDigest} is {EvalCoreException.Printable(other)}, and its tasks and eval.n_episodes give {whole.Digest}",
                $"eval.n_episodes and {Merge.EpisodesDigest} of the result disagree");
        }

        if (DealOf(runs[0], shard) is not { } deal)
        {
            CompareNumber(info, runs[0]);
            return;
        }

        var plan = shard.Count == 1 ? whole : new EpisodePlan(benchmark.Tasks, perTask, seed, shard with { Deal = deal });
        Compare(info, runs, plan, seed, isMerged || shard.Count > 1 ? null : StoppedAfter(runs[0], plan), isJournal);
        if (OfShard is not null)
            _notes.Add($"the other shards: the result is of shard {OfShard}, which has {plan.Count} of the run's {plan.Whole} episodes");
    }

    /// <summary>Compares the episodes with the plan, whose first episodes alone count where a gate stopped the run.</summary>
    private void Compare(EvalInfo info, IReadOnlyList<JsonObject> runs, EpisodePlan plan, long seed, long? stoppedAfter, bool isJournal)
    {
        var places = new Dictionary<EpisodeKey, int>();
        for (int task = 0; task < plan.Tasks.Count; task++)
            places.TryAdd(plan.Tasks[task].Episode(0, 0).Key, task);
        var there = new HashSet<EpisodeKey>();
        var others = new List<EpisodeRecord>();
        foreach (var record in info.Episodes.Concat(info.Errors))
        {
            if (IsExpected(record))
                there.Add(record.Key);
            else
                others.Add(record);
        }

        Count = plan.Count;
        Missing = (stoppedAfter ?? plan.Count) - there.Count;
        if (Missing > 0)
        {
            // Only as many are computed as are named: a file may say that it planned any number.
            var expected = stoppedAfter is { } first ? plan.ByIndex().Take((int)Math.Min(first, int.MaxValue)) : plan;
            string names = Names(expected.Where(episode => !there.Contains(episode.Key)).Take((int)Math.Min(Missing, MostNames)).Select(episode => (episode.Index, episode.Task.Name)), Missing, plan.Tasks.Count);
            string isNot = $"{(Missing == 1 ? "is" : "are")} not in the {(isJournal ? "journal" : "result")}";
            Add(
                $"{Missing} of the {Count} planned episodes {isNot} ({names}){(isJournal ? ": the run goes on, or was interrupted" : MissingShards(info, runs))}",
                $"{Missing} of the {Count} planned {isNot}");
        }

        // A journal may have more than the result: episodes beyond --eval.n_episodes, for example.
        if (others.Count > 0 && !isJournal)
        {
            Add(
                $"{others.Count} {(others.Count == 1 ? "episode of the result is not a planned one" : "episodes of the result are not planned ones")} ({Names(others.Select(record => (record.EpisodeIndex, record.Task)), others.Count)}), by task, number, seed or initial state",
                $"{others.Count} {(others.Count == 1 ? "is not a planned one" : "are not planned ones")}");
        }

        if (stoppedAfter is { } decided)
        {
            _notes.Add($"{plan.Count - decided} of the {plan.Count} planned episodes, which the run did not play: its gate had decided after {decided}");
            _remarks.Add($"the run's gate decided after {decided} of the {plan.Count} planned");
        }

        bool IsExpected(EpisodeRecord record)
        {
            if (!places.TryGetValue(record.Key with { Index = 0 }, out int task) || !plan.Contains(task, record.EpisodeIndex))
                return false;

            // A gate reads episode 0 of every task before any episode 1.
            if (stoppedAfter is { } first && (long)record.EpisodeIndex * plan.Tasks.Count + task >= first)
                return false;
            var episode = plan.Tasks[task].Episode(record.EpisodeIndex, seed);
            return (record.Seed, record.InitStateId) == (episode.Seed, episode.InitStateId);
        }
    }

    /// <summary>Compares the number of episodes of a shard that was dealt by recorded times, which the result does not have.</summary>
    private void CompareNumber(EvalInfo info, JsonObject run)
    {
        if (run[Merge.ShardEpisodes] is not JsonValue value || !value.TryGetValue(out long planned) || planned < 1)
        {
            Add($"which episodes were planned: the result does not say ({Merge.ShardEpisodes})", "how many were planned is unknown");
            return;
        }

        Count = planned;
        Missing = Math.Max(0, planned - info.Episodes.Count - info.Errors.Count);
        if (Missing > 0)
        {
            string some = $"{Missing} of the {planned} planned";
            Add($"{some} episodes of the shard {(Missing == 1 ? "is" : "are")} not in the result", $"{some} {(Missing == 1 ? "is" : "are")} not in the result");
        }
    }

    private void Add(string note, string remark)
    {
        IsComplete = false;
        _notes.Add(note);
        _remarks.Add(remark);
    }

    /// <summary>The first of some episodes; with their tasks where there are several.</summary>
    private static string Names(IEnumerable<(int Index, string Task)> episodes, long count, int tasks = 2) =>
        string.Join(", ", episodes.Take(MostNames).Select(episode => tasks == 1 ? $"{episode.Index}" : $"{episode.Index} of {EvalCoreException.Printable(episode.Task)}")) + (count > MostNames ? ", ..." : "");

    private static int PerTask(JsonObject run) =>
        (run["options"] as JsonObject)?["eval"] is JsonObject eval && eval["n_episodes"] is JsonValue value && value.TryGetValue(out int count) ? count : 0;

    /// <summary>The shard that a run was. A journal has it among the options.</summary>
    private static Shard ShardOf(JsonObject run)
    {
        try
        {
            return Merge.Text(run["shard"] ?? (run["options"] as JsonObject)?["shard"]) is { } text ? Shard.Parse(text, _ => null) : Shard.Whole;
        }
        catch (EvalCoreException e)
        {
            throw new EvalCoreException($"verify: the provenance of the result is damaged ({e.Message})", e);
        }
    }

    /// <summary>How the episodes were dealt to the shards; null where that depends on the times of another run.</summary>
    private static ShardDeal? DealOf(JsonObject run, Shard shard) =>
        shard.Count == 1 || (run["options"] as JsonObject)?["shard_deal"] is not { } deal || Merge.Text(deal) == ShardDeal.InTurn.Text ? ShardDeal.InTurn
        : Merge.Text(deal) == ShardDeal.ByTask.Text ? ShardDeal.ByTask
        : null;

    /// <summary>The number of episodes after which a gate stopped the run; null where none did.</summary>
    private static long? StoppedAfter(JsonObject run, EpisodePlan plan) =>
        run[EvalInfo.Gate] is JsonObject gate && gate["decided_after"] is JsonValue value && value.TryGetValue(out long decided) && decided > 0 && decided < plan.Count ? decided : null;

    /// <summary>The shards that a merged result lacks, for the end of a sentence.</summary>
    private static string MissingShards(EvalInfo info, IReadOnlyList<JsonObject> runs)
    {
        if (info.Provenance?["merged"] is null || runs.Any(run => Merge.Text(run["shard"]) is null || ShardOf(run).Count > MostShards))
            return "";
        var missing = Merge.MissingShards(info);
        return missing.Count == 0 ? "" : $": {(missing.Count == 1 ? "shard" : "shards")} {string.Join(", ", missing.Take(MostNames))}{(missing.Count > MostNames ? ", ..." : "")} {(missing.Count == 1 ? "is" : "are")} missing";
    }
}
