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

    [Theory]
    [InlineData(1, false, PolicyBatching.Batched)]
    [InlineData(3, false, PolicyBatching.PerSession)]
    [InlineData(3, true, PolicyBatching.Batched)]
    [InlineData(5, true, PolicyBatching.PerSession)]
    public async Task An_episode_in_which_the_connection_is_lost_is_played_again(int nEnvs, bool isAsync, PolicyBatching batching)
    {
        var alone = await Play(1, false, PolicyBatching.PerSession);
        int calls = 0;
        var notes = new List<string>();
        using var policy = new WalkPolicy(batching)
        {
            OnInfer = () =>
            {
                if (Interlocked.Increment(ref calls) % 37 == 0)
                    throw new LostConnectionException("the server is gone");
            },
        };
        var played = await Play(nEnvs, isAsync, policy, notes.Add);
        Assert.Equal(alone, played.Select(episode => episode with { Attempts = null }));
        Assert.Contains(played, episode => episode.Attempts == 2);
        Assert.Contains(played, episode => episode.Attempts is null);
        Assert.Matches(@"^the server is gone; episode \d+ of \w+ \(seed \d+\) is played again from its initial state \(further ones are only in eval_info.json\)$", Assert.Single(notes));
    }

    [Fact]
    public async Task An_episode_in_which_the_connection_is_lost_each_time_fails()
    {
        var config = new WalkConfig();
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { Failure = new LostConnectionException("the server is gone") };
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, Expecting(config));
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => scheduler.Play(Spec(config, 3)));
        Assert.Equal("episode 3 of left (seed 1003) was begun 5 times: the server is gone", e.Message);
    }

    [Fact]
    public async Task Lost_environments_do_not_count_as_lost_connections()
    {
        int steps = 0, calls = 0;
        var config = new WalkConfig
        {
            OnStep = () =>
            {
                if (++steps <= 4)
                    throw new LostEnvironmentException($"crash {steps}");
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession)
        {
            OnInfer = () =>
            {
                if (++calls == 5)
                    throw new LostConnectionException("the server is gone");
            },
        };
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, Expecting(config));
        Assert.Equal(6, (await scheduler.Play(Spec(config, 3))).Attempts);
    }

    [Fact]
    public async Task An_episode_that_is_lost_in_different_ways_says_so()
    {
        int steps = 0;
        var notes = new List<string>();
        var config = new WalkConfig { Task = "left", OnStep = () => throw new LostEnvironmentException($"crash {++steps}") };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = new EvalRun(config, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 1, BatchSize = 1 } }, notes.Add);
        var error = Assert.Single((await run.PlayAll()).Errors);
        Assert.Equal(10, error.Attempts);
        Assert.Equal("lost in 10 attempts in different ways, the last time: crash 10", error.Error);
        Assert.Contains(notes, note => note.StartsWith(
            "episode 0 of left (seed 1000) could not be played: lost in 10 attempts in different ways, the last time: crash 10; it is an error, ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Synchronous_environments_are_inferred_as_one_batch()
    {
        using var queued = new ManualResetEventSlim();
        var config = new WalkConfig { OnStep = queued.Wait };
        using var policy = new WalkPolicy(PolicyBatching.Batched);
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 5, false, Expecting(config));

        var playing = Enumerable.Range(0, 10).Select(index => scheduler.Play(Spec(config, index))).ToList();
        queued.Set();
        await Task.WhenAll(playing);

        Assert.Contains(5, policy.BatchSizes);
    }

    [Fact]
    public async Task A_session_that_needs_numbers_alone_has_no_image_rendered()
    {
        var config = new WalkConfig { Images = true };
        using var policy = new VectorsPolicy();
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, Expecting(config));
        await scheduler.Play(Spec(config, 0));
        Assert.InRange(policy.Observed.Count, 5, 40);
        Assert.Equal(Enumerable.Range(0, policy.Observed.Count).Select(step => (step, step % 4 == 0)), policy.Observed);
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
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, Expecting(config));

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
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, Expecting(config));
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => scheduler.Play(Spec(config, 3)));
        Assert.StartsWith("the policy's action 0 in episode 3 of left (seed 1003) is not finite", e.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Disposing_cancels_episodes_that_have_not_begun()
    {
        using var begun = new ManualResetEventSlim();
        using var proceed = new ManualResetEventSlim();
        var config = new WalkConfig { OnStep = () => { begun.Set(); proceed.Wait(); } };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, Expecting(config));
        var first = scheduler.Play(Spec(config, 0));
        var second = scheduler.Play(Spec(config, 1));
        begun.Wait(TestContext.Current.CancellationToken);

        var disposing = Task.Run(scheduler.Dispose, TestContext.Current.CancellationToken);
        await Assert.ThrowsAsync<TaskCanceledException>(() => second);
        proceed.Set();
        await disposing;

        Assert.True(first.IsCompleted);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_step_allocates_nothing(bool isAsync)
    {
        // Allocations per episode cancel out, so the difference is that of 30 steps: less than one object per step.
        long few = await Least(steps: 10);
        long many = await Least(steps: 40);
        const int SmallestObject = 24;
        Assert.InRange(many - few, 0, 30 * SmallestObject - 1);

        // The runtime allocates as well, at times; the minimum of several runs excludes that.
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
    public async Task A_failing_policy_fails_the_episode_with_its_exception(bool isAsync, PolicyBatching batching)
    {
        using var policy = new WalkPolicy(batching) { Failure = new EvalCoreException("inference failed") };
        Assert.Same(policy.Failure, await Assert.ThrowsAsync<EvalCoreException>(() => Play(4, isAsync, policy)));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_timeout_of_the_policy_fails_its_episode_and_is_not_an_interruption(bool isAsync)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { Failure = new TaskCanceledException("no answer after 5 s") };
        var e = await Assert.ThrowsAsync<EvalCoreException>(() => Play(4, isAsync, policy));
        Assert.Matches(@"^episode \d+ of (left|right) \(seed \d+\) gave up: no answer after 5 s$", e.Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_session_that_fails_to_dispose_does_not_end_the_process(bool isAsync)
    {
        using var policy = new WalkPolicy(PolicyBatching.PerSession)
        {
            Failure = new EvalCoreException("the network is torn"),
            DisposalFailure = new InvalidOperationException("the socket is closed"),
        };
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
            Conditions = 3,
            OnStep = () =>
            {
                // Skip the first episode, in which code is compiled and buffers are allocated.
                step++;
                if (step == 41)
                    start = GC.GetAllocatedBytesForCurrentThread();
                if (step == 41 + steps - 1)
                    end = GC.GetAllocatedBytesForCurrentThread();
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var scheduler = new EpisodeScheduler(config.Open(), policy, isAsync ? 2 : 1, isAsync, Expecting(config));
        await scheduler.Play(Spec(config, 0));
        await scheduler.Play(Spec(config, 1));
        return end - start;
    }

    private static EpisodeSpec Spec(WalkConfig config, int index) => config.Open().Tasks[0].Episode(index, 1000);

    private static EvalProgress Expecting(WalkConfig config)
    {
        var progress = new EvalProgress();
        progress.Expect(config.Open().Tasks[0]);
        return progress;
    }

    private static async Task<EpisodeRecord[]> Play(int nEnvs, bool isAsync, PolicyBatching batching)
    {
        using var policy = new WalkPolicy(batching);
        return await Play(nEnvs, isAsync, policy);
    }

    private static async Task<EpisodeRecord[]> Play(int nEnvs, bool isAsync, WalkPolicy policy, Action<string>? note = null)
    {
        var config = new WalkConfig();
        using var scheduler = new EpisodeScheduler(config.Open(), policy, nEnvs, isAsync, new EvalProgress(), note);
        var playing = config.Open().Tasks.SelectMany(task =>
            Enumerable.Range(0, 25).Select(index => scheduler.Play(task.Episode(index, 1000))));
        var episodes = await Task.WhenAll(playing);
        return [.. episodes.Select(episode => episode with { Timings = new EpisodeTimings(0, 0, 0, 0, 0) })];
    }

    /// <summary>Observes everything at every fourth step, and numbers at the others.</summary>
    private sealed class VectorsPolicy : IPolicy, IPolicySession
    {
        private int _step;

        /// <summary>For each observation the environment's step, and whether there were images.</summary>
        public List<(int Step, bool Images)> Observed { get; } = [];

        public string Type => "vectors";

        public IReadOnlyList<string> ObservationKeys { get; } = ["observation.state", "observation.images.image"];

        public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

        public bool NeedsObservation => _step % 4 == 0;

        public bool NeedsVectors => true;

        public bool NeedsInference => false;

        public IPolicySession NewSession(EpisodeSpec episode) => this;

        public void Observe(Observation observation) => Observed.Add(((int)observation.Vector(0)[1], observation.Space.Count == 2));

        public void ObserveVectors(Observation observation) => Observe(observation);

        public void Act(Span<double> action)
        {
            action[0] = 0;
            _step++;
        }

        public void Dispose()
        {
        }
    }
}
