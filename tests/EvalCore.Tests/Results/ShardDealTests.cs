using EvalCore.Environments;
using EvalCore.Results;
using EvalCore.Rollout;
using FsCheck;
using FsCheck.Fluent;
using FsCheck.Xunit;

namespace EvalCore.Tests.Results;

public sealed class ShardDealTests : IDisposable
{
    private static readonly EnvTask[] Tasks = [Task(0), Task(1), Task(2), Task(3)];
    private static readonly int[] Seconds = [1, 2, 3, 6];

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, 1)]
    [InlineData(5, 1)]
    [InlineData(5, 2)]
    [InlineData(4, 3)]
    [InlineData(7, 5)]
    [InlineData(6, 8)]
    [InlineData(1, 3)]
    [InlineData(2, 11)]
    public void Shards_dealt_by_task_are_consecutive_episodes_of_nearly_equal_number(int perTask, int shards)
    {
        EpisodeSpec[] all = [.. new EpisodePlan(Tasks, perTask, 1000, Shard.Whole)];
        var plans = Plans(ShardDeal.ByTask, Tasks, perTask, shards);
        Assert.Equal(all, plans.SelectMany(plan => plan));
        Assert.InRange(plans.Max(plan => plan.Count) - plans.Min(plan => plan.Count), 0, 1);
        foreach (var plan in plans)
        {
            EpisodeSpec[] expected = [.. plan];
            Assert.Equal((expected.Length, all.Length), (plan.Count, plan.Whole));
            for (int task = 0; task < Tasks.Length; task++)
            {
                for (int limit = 0; limit <= perTask + 1; limit++)
                    Assert.Equal(expected.Count(episode => episode.Task == Tasks[task] && episode.Index < limit), plan.CountOf(task, limit));
                for (int index = -1; index <= perTask; index++)
                    Assert.Equal(expected.Any(episode => episode.Task == Tasks[task] && episode.Index == index), plan.Contains(task, index));
            }
        }
    }

    /// <summary>In turn every shard has every task; by task, a task more than there are cuts at the most.</summary>
    [Fact]
    public void Dealt_by_task_few_shards_share_a_task()
    {
        Assert.Equal(4 * 6, Plans(ShardDeal.InTurn, Tasks, 50, 6).Sum(plan => plan.Select(episode => episode.Task).Distinct().Count()));
        Assert.Equal(4, Plans(ShardDeal.ByTask, Tasks, 50, 4).Sum(plan => plan.Select(episode => episode.Task).Distinct().Count()));
        Assert.InRange(Plans(ShardDeal.ByTask, Tasks, 50, 6).Sum(plan => plan.Select(episode => episode.Task).Distinct().Count()), 6, 4 + 5);
    }

    [Fact]
    public void Without_times_a_shard_has_an_equal_part_of_the_most_steps()
    {
        EnvTask[] tasks = [Task(0) with { MaxSteps = 100 }, Task(1) with { MaxSteps = 300 }];
        // 16 times 100 and 300 steps: 6400. A quarter is the first task.
        Assert.Equal([16, 5, 6, 5], Plans(ShardDeal.ByTask, tasks, 16, 4).Select(plan => plan.Count));
    }

    [Fact]
    public void Recorded_times_balance_the_shards()
    {
        // Tasks of 1, 2, 3 and 6 seconds, 12 episodes each: 144 seconds.
        var deal = ShardDeal.ByTimes(Run((0, 1), (1, 2), (2, 3), (3, 6)), "before");
        var seconds = Plans(deal, Tasks, 12, 4).Select(plan => plan.Sum(episode => Seconds[episode.Task.Id]));
        Assert.Equal([36, 36, 36, 36], seconds);
    }

    [Fact]
    public void A_task_without_a_recorded_time_counts_as_the_mean_of_the_others()
    {
        // 3, 2 and 4 seconds: half of 18 is in the middle of the fourth episode.
        var deal = ShardDeal.ByTimes(Run((0, 2), (1, 4)), "before");
        Assert.Equal([4, 2], Plans(deal, [Task(2), Task(0), Task(1)], 2, 2).Select(plan => plan.Count));
    }

    /// <summary>Any times and numbers: every episode is in one shard, no shard is empty, and none has more than one episode's time too much.</summary>
    [Property(MaxTest = 300)]
    public Property Every_episode_is_dealt_once() => Prop.ForAll(
        (from tasks in Gen.Choose(1, 6) from seconds in Gen.Choose(1, 100).ArrayOf(tasks) select seconds).ToArbitrary(),
        Gen.Choose(1, 9).ToArbitrary(),
        Gen.Choose(1, 40).ToArbitrary(),
        (seconds, perTask, shards) =>
        {
            EnvTask[] tasks = [.. seconds.Select((_, id) => Task(id))];
            var deal = ShardDeal.ByTimes(Run([.. seconds.Select((time, id) => (id, (double)time))]), "before");
            var plans = Plans(deal, tasks, perTask, shards);
            bool isPartition = plans.SelectMany(plan => plan).SequenceEqual(new EpisodePlan(tasks, perTask, 1000, Shard.Whole));
            bool isFull = plans.Count(plan => plan.Count > 0) == Math.Min(shards, tasks.Length * perTask);
            double ideal = seconds.Sum() * (double)perTask / shards;
            bool isBalanced = ideal < 2 * seconds.Max() || plans.All(plan => plan.Sum(episode => seconds[episode.Task.Id]) <= ideal + seconds.Max());
            return isPartition && isFull && isBalanced;
        });

    [Fact]
    public void A_plan_of_billions_of_episodes_is_dealt_by_task()
    {
        var plan = new EpisodePlan(Tasks, int.MaxValue, 0, new Shard(1, 3) { Deal = ShardDeal.ByTimes(Run((0, 1e9)), "before") });
        Assert.InRange(plan.Count, 4L * int.MaxValue / 3 - 1, 4L * int.MaxValue / 3 + 1);
        Assert.Equal(Tasks[1], plan[0].Task);
    }

    [Fact]
    public void Deals_of_other_times_have_other_texts()
    {
        Assert.Equal(("episode", "task"), (ShardDeal.InTurn.Text, ShardDeal.ByTask.Text));
        string text = ShardDeal.ByTimes(Run((0, 1), (1, 2)), "a").Text;
        Assert.Matches("^task, times [0-9a-f]{8}$", text);
        Assert.Equal(text, ShardDeal.ByTimes(Run((1, 2), (0, 1)), "b").Text);
        Assert.NotEqual(text, ShardDeal.ByTimes(Run((0, 1), (1, 2.5)), "a").Text);
    }

    [Theory]
    [InlineData("turn", null, "--shard_by: 'turn' is not one of episode, task")]
    [InlineData("episode", "before", "--shard_times: recorded times balance shards that are dealt by task; give --shard_by=task, or omit the flag")]
    public void An_impossible_deal_is_refused(string by, string? times, string reason) =>
        Assert.Equal(reason, Assert.Throws<EvalCoreException>(() => ShardDeal.Read(by, times)).Message);

    [Fact]
    public void A_run_without_usable_times_is_refused()
    {
        string missing = Path.Combine(_folder, "nowhere");
        Assert.Equal($"--shard_times: {missing}/eval_info.json: there is no such file; name the output folder of a finished run", Assert.Throws<EvalCoreException>(() => ShardDeal.Read("task", missing)).Message);
        var untimed = new EvalInfo([Episode(0, 1) with { Timings = null }], 1, "", null);
        Assert.Equal("--shard_times: before has no times of its episodes (lerobot-eval records none); name the output folder of a run of evalcore", Assert.Throws<EvalCoreException>(() => ShardDeal.ByTimes(untimed, "before")).Message);
        var others = ShardDeal.ByTimes(Run((9, 1)), "before");
        Assert.Equal("--shard_times: before has none of the run's tasks (task 0, for example); name a run of the same tasks, or omit the flag", Assert.Throws<EvalCoreException>(() => Plans(others, Tasks, 2, 2)).Message);
    }

    private static IReadOnlyList<EpisodePlan> Plans(ShardDeal deal, EnvTask[] tasks, int perTask, int shards) =>
        [.. Enumerable.Range(0, shards).Select(index => new EpisodePlan(tasks, perTask, 1000, new Shard(index, shards) { Deal = deal }))];

    private static EnvTask Task(int id) => new("walk", "walks", id, $"task {id}", "");

    private static EvalInfo Run(params (int Task, double Seconds)[] tasks) => new(tasks.Select(task => Episode(task.Task, task.Seconds)), 1, "", null);

    private static EpisodeRecord Episode(int task, double seconds) => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = task, Task = $"task {task}", EpisodeIndex = 0, Seed = 1000, Steps = 3, SumReward = 0.5, MaxReward = 0.25,
        Success = true, Timings = new(seconds, 0, 0, 0, 0),
    };
}
