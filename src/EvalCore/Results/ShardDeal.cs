using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvalCore.Environments;

namespace EvalCore.Results;

/// <summary>
/// How the episodes of a run are dealt to its shards. In turn: shard i of n has every n-th episode. By task: each shard has
/// episodes that follow each other, task after task, so that few shards share a task and compile its model; the shards are equal
/// in recorded time, or in the most steps of the tasks where no times are given.
/// </summary>
internal sealed class ShardDeal
{
    private readonly bool _isByTask;

    /// <summary>The mean time of an episode of each task, in microseconds; empty where no times are given.</summary>
    private readonly IReadOnlyDictionary<EpisodeKey, long> _recorded;

    private ShardDeal(bool isByTask, IReadOnlyDictionary<EpisodeKey, long> recorded, string? times)
    {
        (_isByTask, _recorded, Times) = (isByTask, recorded, times);
        Text = !isByTask ? "episode" : times is null ? "task" : $"task, times {DigestOf(recorded)}";
    }

    /// <summary>Every n-th episode.</summary>
    public static ShardDeal InTurn { get; } = new(isByTask: false, new Dictionary<EpisodeKey, long>(), null);

    /// <summary>Task after task, without recorded times.</summary>
    public static ShardDeal ByTask { get; } = new(isByTask: true, new Dictionary<EpisodeKey, long>(), null);

    /// <summary>The value of <c>--shard_by</c>.</summary>
    public string By => _isByTask ? "task" : "episode";

    /// <summary>The run with the recorded times; null for none.</summary>
    public string? Times { get; }

    /// <summary>
    /// Identifies the deal: <c>episode</c>, <c>task</c>, or <c>task, times DIGEST</c>. Shards of one run with equal texts have no
    /// episode in common.
    /// </summary>
    public string Text { get; }

    /// <summary>Reads the flags.</summary>
    /// <param name="by">The value of <c>--shard_by</c>; null where it is not given.</param>
    /// <param name="times">The value of <c>--shard_times</c>, a run; null where it is not given.</param>
    /// <exception cref="EvalCoreException">A value is invalid, or the run has no times.</exception>
    public static ShardDeal Read(string? by, string? times)
    {
        if (by is not (null or "episode" or "task"))
            throw new EvalCoreException($"--shard_by: '{by}' is not one of episode, task");
        if (times is null)
            return by == "task" ? ByTask : InTurn;
        if (by == "episode")
            throw new EvalCoreException("--shard_times: recorded times balance shards that are dealt by task; give --shard_by=task, or omit the flag");
        EvalInfo earlier;
        try
        {
            earlier = RunFolder.Load(times);
        }
        catch (EvalCoreException e)
        {
            throw new EvalCoreException($"--shard_times: {e.Message}", e);
        }

        return ByTimes(earlier, times);
    }

    /// <summary>Task after task, balanced by the times of an earlier run.</summary>
    /// <param name="earlier">The run.</param>
    /// <param name="path">Where it is, for messages and for a resume.</param>
    /// <exception cref="EvalCoreException">The run has no times.</exception>
    public static ShardDeal ByTimes(EvalInfo earlier, string path)
    {
        var recorded = earlier.Episodes
            .Where(episode => episode.Timings is not null)
            .GroupBy(episode => episode.Key with { Index = 0 }, episode => episode.Timings!.TotalS())
            .ToDictionary(task => task.Key, task => Math.Max(1, (long)Math.Min(task.Average() * 1e6, 1e15)));
        return recorded.Count > 0
            ? new ShardDeal(isByTask: true, recorded, path)
            : throw new EvalCoreException($"--shard_times: {path} has no times of its episodes (lerobot-eval records none); name the output folder of a run of evalcore");
    }

    /// <summary>The episodes of a shard: numbers <c>First</c>, <c>First + Step</c>, and so on, <c>Count</c> of them.</summary>
    /// <param name="shard">The shard.</param>
    /// <param name="tasks">The tasks of the run.</param>
    /// <param name="perTask">The episodes of each task.</param>
    /// <exception cref="EvalCoreException">The recorded times are of other tasks.</exception>
    public (long First, long Step, long Count) Episodes(Shard shard, IReadOnlyList<EnvTask> tasks, int perTask)
    {
        long whole = (long)tasks.Count * perTask;
        if (!_isByTask)
            return (shard.Index, shard.Count, (whole + shard.Count - 1 - shard.Index) / shard.Count);
        if (shard.Count >= whole)
            return (Math.Min(shard.Index, whole), 1, shard.Index < whole ? 1 : 0);

        // Whole numbers: every machine cuts at the same episodes.
        long[] costs = Costs(tasks);
        Int128 total = costs.Aggregate(Int128.Zero, (sum, cost) => sum + cost) * perTask;
        long first = 0, end = 0;
        for (int i = 1; i <= shard.Index + 1; i++)
        {
            // Every shard has an episode, however unequal the tasks are.
            first = end;
            end = i == shard.Count ? whole : Math.Clamp(Nearest(total * i / shard.Count), first + 1, whole - (shard.Count - i));
        }

        return (first, 1, end - first);

        long Nearest(Int128 target)
        {
            for (int task = 0; task < costs.Length; task++)
            {
                var ofTask = (Int128)costs[task] * perTask;
                if (target <= ofTask)
                    return (long)task * perTask + (long)((2 * target + costs[task]) / (2 * (Int128)costs[task]));
                target -= ofTask;
            }

            return whole;
        }
    }

    /// <summary>What an episode of each task costs, in one unit.</summary>
    private long[] Costs(IReadOnlyList<EnvTask> tasks)
    {
        if (Times is null)
            return tasks.All(task => task.MaxSteps is > 0) ? [.. tasks.Select(task => (long)task.MaxSteps!)] : [.. tasks.Select(_ => 1L)];
        long?[] known = [.. tasks.Select(task => _recorded.TryGetValue(task.Episode(0, 0).Key, out long time) ? time : (long?)null)];
        if (known.All(time => time is null))
            throw new EvalCoreException($"--shard_times: {Times} has none of the run's tasks ({tasks[0].Name}, for example); name a run of the same tasks, or omit the flag");
        long mean = Math.Max(1, (long)known.OfType<long>().Average());
        return [.. known.Select(time => time ?? mean)];
    }

    private static string DigestOf(IReadOnlyDictionary<EpisodeKey, long> recorded)
    {
        var lines = recorded.Select(task => string.Create(CultureInfo.InvariantCulture, $"{task.Key.Suite} {task.Key.Group} {task.Key.TaskId} {task.Value}\n")).Order(StringComparer.Ordinal);
        return Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(lines))))[..8];
    }
}
