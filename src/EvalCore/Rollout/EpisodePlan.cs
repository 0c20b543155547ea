using System.Collections;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using EvalCore.Environments;
using EvalCore.Results;

namespace EvalCore.Rollout;

/// <summary>
/// The episodes of a run, or of a shard of it: all episodes of the first task, then those of the next. They are computed
/// when they are read, so that a run of a thousand million episodes takes no more memory than one of ten.
/// </summary>
public sealed class EpisodePlan : IEnumerable<EpisodeSpec>
{
    private readonly IReadOnlyList<EnvTask> _tasks;
    private readonly int _perTask;
    private readonly long _firstSeed;

    /// <summary>The shard has the episodes of the run with the numbers _first, _first + _step, and so on.</summary>
    private readonly long _first, _step;

    internal EpisodePlan(IReadOnlyList<EnvTask> tasks, int perTask, long firstSeed, Shard shard)
    {
        (_tasks, _perTask, _firstSeed) = (tasks, perTask, firstSeed);
        Whole = (long)tasks.Count * perTask;
        (_first, _step, Count) = shard.Deal.Episodes(shard, tasks, perTask);
    }

    /// <summary>The tasks, in the order they are evaluated.</summary>
    public IReadOnlyList<EnvTask> Tasks => _tasks;

    /// <summary>The number of episodes of each task, in the whole run.</summary>
    public int PerTask => _perTask;

    /// <summary>The number of episodes.</summary>
    public long Count { get; }

    /// <summary>The number of episodes of the run of which this is a shard.</summary>
    public long Whole { get; }

    /// <summary>
    /// Identifies the episodes of the whole run: runs with equal digests play the same tasks with the same seeds and initial
    /// states. It is the first 16 hexadecimal digits of the SHA-256 of a line for each task, sorted, each ended by a line feed:
    /// <c>SUITE GROUP TASK_ID FIRST_SEED EPISODES INIT_STATES</c>. Episode k has seed FIRST_SEED + k and starts from the stored
    /// initial state k modulo INIT_STATES; INIT_STATES is at most EPISODES, and <c>-</c> without stored initial states.
    /// </summary>
    public string Digest => field ??= Convert.ToHexStringLower(
        SHA256.HashData(Encoding.UTF8.GetBytes(string.Concat(_tasks.Select(Line).Order(StringComparer.Ordinal)))))[..16];

    /// <summary>An episode, from 0.</summary>
    public EpisodeSpec this[long number]
    {
        get
        {
            ArgumentOutOfRangeException.ThrowIfNegative(number);
            ArgumentOutOfRangeException.ThrowIfGreaterThanOrEqual(number, Count);
            var (task, index) = Math.DivRem(_first + number * _step, _perTask);
            return _tasks[(int)task].Episode((int)index, _firstSeed);
        }
    }

    /// <inheritdoc/>
    public IEnumerator<EpisodeSpec> GetEnumerator()
    {
        for (long number = 0; number < Count; number++)
            yield return this[number];
    }

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>
    /// The episodes in the order in which verdicts read them: episode 0 of every task, then episode 1, and so on. An early verdict then
    /// speaks of all tasks.
    /// </summary>
    public IEnumerable<EpisodeSpec> ByIndex()
    {
        for (int index = 0; index < _perTask; index++)
        {
            for (int task = 0; task < _tasks.Count; task++)
            {
                if (Contains(task, index))
                    yield return _tasks[task].Episode(index, _firstSeed);
            }
        }
    }

    /// <summary>The number of an episode of the whole run, task by task: with as many shards as episodes, the shard that is this episode.</summary>
    /// <exception cref="ArgumentException">The run has no such task.</exception>
    public long NumberOf(EpisodeKey episode)
    {
        for (int task = 0; task < _tasks.Count; task++)
        {
            if (_tasks[task].Episode(0, 0).Key == episode with { Index = 0 })
                return (long)task * _perTask + episode.Index;
        }

        throw new ArgumentException($"The run has no task {episode.TaskId} of {episode.Group}.", nameof(episode));
    }

    /// <summary>The number of episodes of a task, given by its place in the list of tasks, with an index below a limit.</summary>
    internal int CountOf(int task, int limit = int.MaxValue)
    {
        long first = (long)task * _perTask;
        return (int)(OfShard(first + Math.Min(limit, _perTask)) - OfShard(first));
    }

    /// <summary>Whether the shard contains an episode of a task, given by its place in the list of tasks.</summary>
    internal bool Contains(int task, int index)
    {
        long after = (long)task * _perTask + index - _first;
        return index >= 0 && index < _perTask && after >= 0 && after % _step == 0 && after / _step < Count;
    }

    private string Line(EnvTask task)
    {
        string initStates = task.InitStates is { } count ? Math.Min(count, _perTask).ToString(CultureInfo.InvariantCulture) : "-";
        return string.Create(CultureInfo.InvariantCulture, $"{task.Suite} {task.Group} {task.Id} {_firstSeed} {_perTask} {initStates}\n");
    }

    /// <summary>How many of the run's first episodes are in the shard.</summary>
    private long OfShard(long episodes) => Math.Clamp((episodes - _first + _step - 1) / _step, 0, Count);
}
