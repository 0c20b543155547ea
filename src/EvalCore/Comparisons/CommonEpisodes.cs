using EvalCore.Results;

namespace EvalCore.Comparisons;

/// <summary>
/// The episodes that two runs can be compared by. Pairs are in the order in which a gate reads them: by the index of the second run's
/// episodes, and those of one index in the order of its tasks.
/// </summary>
/// <param name="Pairing">How they belong together.</param>
/// <param name="Pairs">The pairs; empty for unpaired runs.</param>
/// <param name="A">The episodes of the first run: those of the pairs, or those of the common tasks.</param>
/// <param name="B">The episodes of the second run.</param>
/// <param name="Notes">What is left out, and what was assumed; one line each.</param>
public sealed record CommonEpisodes(
    Pairing Pairing, IReadOnlyList<EpisodePair> Pairs, IReadOnlyList<EpisodeRecord> A, IReadOnlyList<EpisodeRecord> B, IReadOnlyList<string> Notes)
{
    /// <summary>Whether every task has been read equally often after a number of pairs: the next one has another index.</summary>
    internal bool EndsRound(int count) => count == Pairs.Count || Pairs[count].B.EpisodeIndex != Pairs[count - 1].B.EpisodeIndex;

    /// <summary>Finds the common episodes of two runs.</summary>
    /// <exception cref="EvalCoreException">They have no task in common of which both played an episode.</exception>
    public static CommonEpisodes Of(EvalInfo a, EvalInfo b) => TryOf(a, b, out string? reason) ?? throw new EvalCoreException($"compare: {reason}");

    /// <summary>Finds the common episodes of two runs.</summary>
    /// <param name="a">The first run.</param>
    /// <param name="b">The second run.</param>
    /// <param name="reason">Why there is none; null where there is one.</param>
    /// <returns>Null where they have no task in common of which both played an episode.</returns>
    internal static CommonEpisodes? TryOf(EvalInfo a, EvalInfo b, out string? reason)
    {
        ArgumentNullException.ThrowIfNull(a);
        ArgumentNullException.ThrowIfNull(b);
        reason = null;
        var notes = new List<string>();
        if (a.Errors.Count + b.Errors.Count > 0)
            notes.Add($"{EpisodeText.Count(a.Errors.Count)} of A and {EpisodeText.Count(b.Errors.Count)} of B could not be played; left out, with their partners");
        foreach (var (run, info) in ((string, EvalInfo)[])[("A", a), ("B", b)])
        {
            if (info is { Episodes.Count: 0, Errors: [var first, ..] })
            {
                reason = $"no episode of {run} could be played ({first.Error}); evalcore eval --resume=DIR --eval.retry_errors=true plays them again";
                return null;
            }
        }

        IReadOnlyList<EpisodeRecord> episodesA = a.Episodes, episodesB = b.Episodes;

        // A file of an older LeRobot is of one task, which it does not name.
        bool isUnnamed = a.PerTask is [{ TaskGroup: "" }] || b.PerTask is [{ TaskGroup: "" }];
        if (!(isUnnamed && a.PerTask.Count == 1 && b.PerTask.Count == 1))
        {
            var tasks = episodesA.Select(Task).Intersect(episodesB.Select(Task)).ToHashSet();
            if (tasks.Count == 0)
            {
                var unplayed = a.PerTask.Where(task => b.PerTask.Any(other => (other.TaskGroup, other.TaskId) == (task.TaskGroup, task.TaskId))).Select(task => task.Task).ToList();
                reason = unplayed.Count == 0
                    ? $"the runs have no task in common: A has {Names(a)}, B has {Names(b)}"
                    : $"the runs have no task in common of which both played an episode: episodes of {Some(unplayed)} could not be played";
                return null;
            }

            episodesA = Those(episodesA, tasks, "A", notes);
            episodesB = Those(episodesB, tasks, "B", notes);
        }

        bool haveSeeds = episodesA.All(episode => episode.Seed is not null) && episodesB.All(episode => episode.Seed is not null);
        var order = b.PerTask.Select((task, i) => (task.Key, i)).ToDictionary(task => task.Key, task => task.i);
        var pairs = Pair(episodesA, episodesB, haveSeeds ? Start : Place)
            .OrderBy(pair => pair.B.EpisodeIndex).ThenBy(pair => order[pair.B.Key with { Index = 0 }]).ToList();
        if (pairs.Count == 0)
        {
            notes.Add(haveSeeds
                ? "the runs have no seed in common; their episodes are compared as unpaired, which needs more of them"
                : "the runs have no episode index in common; their episodes are compared as unpaired, which needs more of them");
            return new CommonEpisodes(Pairing.None, [], episodesA, episodesB, notes);
        }

        if (!haveSeeds)
            notes.Add("a run does not record its seeds; episodes are paired by task and index, which is right where both started with the same --seed");
        LeftOut("A", episodesA.Count - pairs.Count, notes);
        LeftOut("B", episodesB.Count - pairs.Count, notes);
        return new CommonEpisodes(haveSeeds ? Pairing.Seed : Pairing.Index, pairs, [.. pairs.Select(pair => pair.A)], [.. pairs.Select(pair => pair.B)], notes);

        object Start(EpisodeRecord episode) => (isUnnamed ? default : Task(episode), episode.Seed, episode.InitStateId);

        object Place(EpisodeRecord episode) => (isUnnamed ? default : Task(episode), episode.EpisodeIndex);
    }

    private static List<EpisodePair> Pair(IReadOnlyList<EpisodeRecord> a, IReadOnlyList<EpisodeRecord> b, Func<EpisodeRecord, object> key)
    {
        var partners = new Dictionary<object, EpisodeRecord>();
        foreach (var episode in b)
            partners.TryAdd(key(episode), episode);
        return [.. a.Where(episode => partners.ContainsKey(key(episode))).Select(episode => new EpisodePair(episode, partners[key(episode)]))];
    }

    private static List<EpisodeRecord> Those(IReadOnlyList<EpisodeRecord> episodes, HashSet<(string, int)> tasks, string run, List<string> notes)
    {
        var those = episodes.Where(episode => tasks.Contains(Task(episode))).ToList();
        var others = episodes.Where(episode => !tasks.Contains(Task(episode))).Select(episode => episode.Task).Distinct().ToList();
        if (others.Count > 0)
            notes.Add($"only {run} has {Some(others)}; left out");
        return those;
    }

    private static void LeftOut(string run, int count, List<string> notes)
    {
        if (count > 0)
            notes.Add($"{EpisodeText.Count(count)} of {run} {(count == 1 ? "has" : "have")} no partner; left out");
    }

    private static (string Group, int Id) Task(EpisodeRecord episode) => (episode.TaskGroup, episode.TaskId);

    private static string Names(EvalInfo info) => Some([.. info.PerTask.Select(task => task.Task)]);

    private static string Some(List<string> names) => string.Join(", ", names.Take(5)) + (names.Count > 5 ? $" and {names.Count - 5} more" : "");
}
