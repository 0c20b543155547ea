using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

public sealed class EpisodeSchedulerTests
{
    [Theory]
    [InlineData(1, false, PolicyBatching.Batched)]
    [InlineData(2, false, PolicyBatching.PerSession)]
    [InlineData(3, true, PolicyBatching.Batched)]
    [InlineData(7, true, PolicyBatching.PerSession)]
    [InlineData(16, false, PolicyBatching.Batched)]
    [InlineData(50, true, PolicyBatching.Batched)]
    public async Task Batch_size_and_stepping_mode_do_not_change_an_episode(int nEnvs, bool isAsync, PolicyBatching batching)
    {
        var alone = await Play(1, false, PolicyBatching.PerSession);
        Assert.Contains(alone, episode => episode.Success);
        Assert.Contains(alone, episode => !episode.Success);

        Assert.Equal(alone, await Play(nEnvs, isAsync, batching));
    }

    [Fact]
    public async Task Synchronous_worlds_are_inferred_as_one_batch()
    {
        using var queued = new ManualResetEventSlim();
        var config = new WalkConfig { OnStep = queued.Wait };
        using var policy = new WalkPolicy(PolicyBatching.Batched);
        using var scheduler = new EpisodeScheduler(new VectorEnvironment(config, 5, false), policy, Expecting(config));

        var playing = Enumerable.Range(0, 10).Select(index => scheduler.Play(Spec(config, index))).ToList();
        queued.Set();
        await Task.WhenAll(playing);

        Assert.Contains(5, policy.BatchSizes);
    }

    [Fact]
    public async Task A_failing_episode_fails_its_own_task_and_no_other()
    {
        int steps = 0;
        var config = new WalkConfig
        {
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) == 10)
                    throw new InvalidOperationException("the simulator broke");
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var scheduler = new EpisodeScheduler(new VectorEnvironment(config, 1, false), policy, Expecting(config));

        var broken = scheduler.Play(Spec(config, 0));
        var whole = scheduler.Play(Spec(config, 1));

        await Assert.ThrowsAsync<InvalidOperationException>(() => broken);
        Assert.Equal(1, (await whole).EpisodeIndex);
    }

    [Theory]
    [InlineData(double.NaN)]
    [InlineData(double.NegativeInfinity)]
    public async Task An_action_that_is_not_finite_is_refused_with_its_episode(double value)
    {
        var config = new WalkConfig();
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { Bias = value };
        using var scheduler = new EpisodeScheduler(new VectorEnvironment(config, 1, false), policy, Expecting(config));
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => scheduler.Play(Spec(config, 3)));
        Assert.StartsWith("the policy's action 0 in episode 3 of left (seed 1003) is not finite", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_cancels_what_has_not_begun()
    {
        using var begun = new ManualResetEventSlim();
        using var goOn = new ManualResetEventSlim();
        var config = new WalkConfig { OnStep = () => { begun.Set(); goOn.Wait(); } };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var scheduler = new EpisodeScheduler(new VectorEnvironment(config, 1, false), policy, Expecting(config));
        var first = scheduler.Play(Spec(config, 0));
        var second = scheduler.Play(Spec(config, 1));
        begun.Wait(TestContext.Current.CancellationToken);

        var disposing = Task.Run(scheduler.Dispose, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TaskCanceledException>(() => second);
        goOn.Set();
        await disposing;

        Assert.True(first.IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_allocates_nothing(bool isAsync)
    {
        // What an episode allocates is the same, so a difference is that of 30 steps: less than one object a step.
        long few = await Least(steps: 10);
        long many = await Least(steps: 40);
        const int SmallestObject = 24;
        Assert.InRange(many - few, 0, 30 * SmallestObject - 1);

        // The runtime allocates too, now and then.
        async Task<long> Least(int steps)
        {
            long least = long.MaxValue;
            for (int i = 0; i < 5; i++)
                least = Math.Min(least, await AllocatedBy(steps, isAsync));
            return least;
        }
    }

    [Theory]
    [InlineData(false, PolicyBatching.Batched)]
    [InlineData(true, PolicyBatching.Batched)]
    [InlineData(true, PolicyBatching.PerSession)]
    public async Task What_the_policy_fails_with_is_what_the_episode_fails_with(bool isAsync, PolicyBatching batching)
    {
        using var policy = new WalkPolicy(batching) { Failure = new EvalCoreException("the network is torn") };
        Assert.Same(policy.Failure, await Assert.ThrowsAsync<EvalCoreException>(() => Play(4, isAsync, policy)));
    }

    private static async Task<long> AllocatedBy(int steps, bool isAsync)
    {
        long start = 0;
        long end = 0;
        int step = 0;
        var config = new WalkConfig
        {
            Task = "left",
            OnStep = () =>
            {
                // Skip one episode, in which code is compiled and buffers are made.
                step++;
                if (step == 41)
                    start = GC.GetAllocatedBytesForCurrentThread();
                if (step == 41 + steps - 1)
                    end = GC.GetAllocatedBytesForCurrentThread();
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var scheduler = new EpisodeScheduler(new VectorEnvironment(config, isAsync ? 2 : 1, isAsync), policy, Expecting(config));
        await scheduler.Play(Spec(config, 0));
        await scheduler.Play(Spec(config, 1));
        return end - start;
    }

    private static EpisodeSpec Spec(WalkConfig config, int index) => new(config.Tasks()[0], index, 1000 + index);

    private static EvalProgress Expecting(WalkConfig config)
    {
        var progress = new EvalProgress();
        progress.Expect(config.Tasks()[0]);
        return progress;
    }

    private static async Task<EpisodeRecord[]> Play(int nEnvs, bool isAsync, PolicyBatching batching)
    {
        using var policy = new WalkPolicy(batching);
        return await Play(nEnvs, isAsync, policy);
    }

    private static async Task<EpisodeRecord[]> Play(int nEnvs, bool isAsync, WalkPolicy policy)
    {
        var config = new WalkConfig();
        using var scheduler = new EpisodeScheduler(new VectorEnvironment(config, nEnvs, isAsync), policy, new EvalProgress());
        var playing = config.Tasks().SelectMany(task =>
            Enumerable.Range(0, 25).Select(index => scheduler.Play(new EpisodeSpec(task, index, 1000 + index))));
        var episodes = await Task.WhenAll(playing);
        return [.. episodes.Select(episode => episode with { Timings = new EpisodeTimings(0, 0, 0, 0, 0) })];
    }
}
