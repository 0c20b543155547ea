using System.Collections.Concurrent;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>A task has environments from its first episode to its last one, whatever the order of the episodes.</summary>
public sealed class TaskLifetimesTests
{
    private const int Tasks = 130;

    private readonly Lock _lock = new();
    private readonly Dictionary<EnvTask, int> _live = [];
    private readonly ConcurrentBag<EnvTask> _released = [];
    private int _mostTasks;

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public async Task Few_tasks_have_environments_at_a_time(int slots, bool useAsyncEnvs)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Open(policy, slots, useAsyncEnvs, nEpisodes: 1);
        await run.PlayAll();
        Assert.InRange(_mostTasks, 1, slots);
        Assert.Equal(run.Tasks, _released.OrderBy(task => task.Id));
        NoneIsLeft();
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(4, false)]
    [InlineData(4, true)]
    public async Task Few_tasks_have_environments_where_episodes_come_in_any_order(int slots, bool useAsyncEnvs)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Open(policy, slots, useAsyncEnvs, nEpisodes: 3);
        EpisodeSpec[] shuffled = [.. run.Episodes];
        new Random(1).Shuffle(shuffled);
        await Task.WhenAll(shuffled.Select(run.Play));
        Assert.InRange(_mostTasks, 1, slots);

        // A task may be released twice: some of its episodes may be over before the others are asked for.
        Assert.Equal(run.Tasks, _released.Distinct().OrderBy(task => task.Id));
        NoneIsLeft();
    }

    [Fact]
    public async Task Tasks_of_which_some_episodes_are_played_are_released_as_well()
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Open(policy, slots: 2, useAsyncEnvs: true, nEpisodes: 3);
        await Task.WhenAll(run.Episodes.Where(episode => episode.Index == 1).Select(run.Play));
        Assert.InRange(_released.Distinct().Count(), Tasks - 3, Tasks);
    }

    [Fact]
    public void A_task_that_is_played_again_and_again_is_not_released_between()
    {
        EnvTask[] tasks = [.. Enumerable.Range(0, 5).Select(id => new EnvTask("walk", "walks", id, $"{id}", ""))];
        var released = new List<int>();
        var lifetimes = new TaskLifetimes(most: 2, task => released.Add(task.Id));
        foreach (var task in tasks)
            lifetimes.Plan(task, 3);

        foreach (int id in (int[])[0, 1, 0, 1])
        {
            lifetimes.Begin(tasks[id]);
            lifetimes.End(tasks[id]);
        }

        Assert.Empty(released);
        lifetimes.Begin(tasks[2]);
        Assert.Equal([0], released);
        lifetimes.Begin(tasks[3]);
        Assert.Equal([0, 1], released);

        // Tasks with episodes in flight are kept, however many they are; the last planned episode releases.
        lifetimes.Begin(tasks[4]);
        lifetimes.End(tasks[4]);
        Assert.Equal([0, 1, 4], released);
        lifetimes.Begin(tasks[0]);
        lifetimes.End(tasks[0]);
        Assert.Equal([0, 1, 4, 0], released);
    }

    private EvalRun Open(WalkPolicy policy, int slots, bool useAsyncEnvs, int nEpisodes) => new(
        new WalkConfig
        {
            Task = string.Join(',', Enumerable.Range(0, Tasks)),
            OnLive = (task, isMade) =>
            {
                lock (_lock)
                {
                    _live[task] = _live.GetValueOrDefault(task) + (isMade ? 1 : -1);
                    if (_live[task] == 0)
                        _live.Remove(task);
                    _mostTasks = Math.Max(_mostTasks, _live.Count);
                }
            },
            OnRelease = _released.Add,
        },
        policy,
        new RolloutOptions { Eval = new EvalConfig { NEpisodes = nEpisodes, BatchSize = slots, UseAsyncEnvs = useAsyncEnvs } });

    /// <summary>Threads that have nothing to play dispose the last environments, a moment after the last episode.</summary>
    private void NoneIsLeft() => Assert.True(SpinWait.SpinUntil(
        () =>
        {
            lock (_lock)
                return _live.Count == 0;
        },
        TimeSpan.FromSeconds(30)));
}
