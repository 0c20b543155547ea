using System.Collections.Concurrent;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>What ends a run early: calls that do not return, exceptions on its threads, a closed program.</summary>
public sealed class InterruptionTests : IDisposable
{
    private static readonly TimeSpan Soon = TimeSpan.FromMilliseconds(200);

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_simulator_that_does_not_return_is_named_when_the_run_is_stopped(int batchSize, bool isAsync)
    {
        using var never = new ManualResetEventSlim();
        int steps = 0;
        var config = new WalkConfig
        {
            Task = "left",
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) >= 100)
                    never.Wait();
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Run(config, policy, batchSize, isAsync);
        var playing = run.PlayAll();
        while (Volatile.Read(ref steps) < 100)
            await Task.Delay(1);

        run.Stop(Soon);
        Assert.NotEmpty(run.Stuck);
        Assert.All(run.Stuck, episode => Assert.Equal("left", episode.Task.Name));
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        never.Set();

        // A journal without an episode is deleted.
        string journal = Path.Combine(_folder, "run", Journal.FileName);
        Assert.Equal(run.Kept, File.Exists(journal) ? File.ReadAllLines(journal).Length - 1 : 0);
    }

    [Theory]
    [InlineData(false, PolicyBatching.Batched)]
    [InlineData(true, PolicyBatching.Batched)]
    [InlineData(true, PolicyBatching.PerSession)]
    public async Task A_policy_that_does_not_return_is_named_when_the_run_is_stopped(bool isAsync, PolicyBatching batching)
    {
        using var never = new ManualResetEventSlim();
        using var begun = new SemaphoreSlim(0);
        using var policy = new WalkPolicy(batching) { OnInfer = () => { begun.Release(); never.Wait(); } };
        using var run = Run(new WalkConfig(), policy, 2, isAsync);
        var playing = run.PlayAll();
        await begun.WaitAsync();
        run.Stop(Soon);
        Assert.NotEmpty(run.Stuck);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        never.Set();
    }

    [Fact]
    public async Task A_policy_that_never_infers_is_stopped_at_its_next_step()
    {
        int steps = 0;
        using var stop = new ManualResetEventSlim();
        var config = new WalkConfig { OnStep = () => { Interlocked.Increment(ref steps); stop.Wait(); } };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, new EvalProgress());
        var playing = scheduler.Play(config.Open().Tasks[0].Episode(0, 1000));
        while (Volatile.Read(ref steps) == 0)
            await Task.Delay(1);
        var stopping = Task.Run(scheduler.Dispose);
        await Task.Delay(20);
        stop.Set();
        await stopping;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Equal(1, steps);
        Assert.Empty(scheduler.Stuck);
    }

    [Fact]
    public void A_scheduler_is_disposed_twice_without_effect()
    {
        using var policy = new WalkPolicy(PolicyBatching.Batched);
        var scheduler = new EpisodeScheduler(new WalkConfig().Open(), policy, 2, true, new EvalProgress());
        scheduler.Dispose();
        scheduler.Dispose();
    }

    [Fact]
    public async Task A_result_stands_whatever_the_disposal_of_its_session_and_environment_throws()
    {
        var config = new WalkConfig { OnDispose = () => throw new InvalidOperationException("the simulator cannot be closed") };
        using var policy = new WalkPolicy(PolicyBatching.PerSession) { DisposalFailure = new InvalidOperationException("the session cannot be closed") };
        using var run = Run(config, policy, 1, false);
        Assert.Equal(12, (await run.PlayAll()).Episodes.Count);
    }

    [Fact]
    public async Task An_environment_is_disposed_once_when_the_next_cannot_be_made()
    {
        int made = 0, disposed = 0;
        var config = new WalkConfig
        {
            OnMake = () =>
            {
                if (++made == 2)
                    throw new EvalCoreException("the model is missing");
            },
            OnDispose = () => disposed++,
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using (var scheduler = new EpisodeScheduler(config.Open(), policy, 1, false, new EvalProgress()))
        {
            await scheduler.Play(config.Open().Tasks[0].Episode(0, 1000));
            await Assert.ThrowsAsync<EvalCoreException>(() => scheduler.Play(config.Open().Tasks[1].Episode(0, 1000)));
        }

        Assert.Equal((2, 1), (made, disposed));
    }

    [Fact]
    public async Task An_exception_that_nothing_catches_fails_the_episodes_and_not_the_process()
    {
        using var policy = new TornPolicy();
        using var scheduler = new EpisodeScheduler(new WalkConfig().Open(), policy, 1, false, new EvalProgress());
        policy.IsTorn = true;
        var episode = new WalkConfig().Open().Tasks[0].Episode(0, 1000);
        Assert.Equal("torn", (await Assert.ThrowsAsync<InvalidOperationException>(() => scheduler.Play(episode))).Message);
        Assert.Equal("torn", (await Assert.ThrowsAsync<InvalidOperationException>(() => scheduler.Play(episode))).Message);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_cancellation_that_the_simulator_throws_is_a_failure_and_not_an_interruption(bool isAsync)
    {
        var config = new WalkConfig { Task = "left", OnStep = () => throw new OperationCanceledException("the server hung up") };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Run(config, policy, 2, isAsync);
        var e = await Assert.ThrowsAsync<EvalCoreException>(run.PlayAll);
        Assert.Matches(@"^episode \d of left \(seed 100\d\) gave up: the server hung up$", e.Message);
        Assert.NotNull(run.Failed);
    }

    [Fact]
    public async Task A_failure_names_its_episode()
    {
        int steps = 0;
        var config = new WalkConfig { Task = "left", OnStep = () => { if (++steps == 50) throw new EvalCoreException("the leg is broken"); } };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Run(config, policy, 1, false);
        var e = await Assert.ThrowsAsync<EvalCoreException>(run.PlayAll);
        Assert.Equal($"{run.Failed}: the leg is broken", e.Message);
        run.Dispose();
        Assert.InRange(run.Kept, 1, 5);
    }

    [Fact]
    public async Task A_callback_for_notes_that_throws_ends_nothing()
    {
        var config = new WalkConfig { OnFrame = () => throw new IOException("disk full"), Warning = "the ground shakes" };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = new EvalRun(config, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 2 }, OutputDir = Path.Combine(_folder, "run") },
            _ => throw new IOException("no space left on the device of standard error"));
        var info = await run.PlayAll();
        Assert.Equal(4, info.Episodes.Count);
        Assert.All(info.Episodes, episode => Assert.Null(episode.VideoPath));
    }

    [Fact]
    public async Task A_failing_evaluation_ends_under_a_synchronization_context_of_one_thread()
    {
        using var context = new OneThread();
        int steps = 0;
        var config = new WalkConfig
        {
            OnStep = () =>
            {
                Thread.Sleep(1);
                if (Interlocked.Increment(ref steps) == 100)
                    throw new InvalidOperationException("the simulator broke");
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var evaluation = context.Run(() => Eval.EvalPolicy(config, policy, new RolloutOptions { Eval = new EvalConfig { BatchSize = 4 } }));
        await Assert.ThrowsAsync<InvalidOperationException>(() => evaluation.WaitAsync(TimeSpan.FromMinutes(1)));
    }

    [Fact]
    public async Task The_result_is_written_before_the_videos()
    {
        using var rendering = new ManualResetEventSlim();
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        string folder = Path.Combine(_folder, "run");
        using var run = new EvalRun(
            new WalkConfig { OnFrame = rendering.Wait }, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = 2 }, OutputDir = folder });
        var first = await run.PlayEpisodes();
        var saved = EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName));
        Assert.Equal(4, saved.Episodes.Count);
        Assert.Equal(first.Overall, saved.Overall);
        Assert.All(saved.Episodes, episode => Assert.Null(episode.VideoPath));
        Assert.Equal((4, 4L, 4L), (run.Progress.Finished, run.Progress.Total, run.Progress.Videos));

        rendering.Set();
        var last = await run.FinishVideos();
        Assert.All(last.Episodes, episode => Assert.True(File.Exists(Path.Combine(folder, episode.VideoPath!))));
        Assert.Equal(last.Episodes, EvalInfo.Load(Path.Combine(folder, EvalInfo.FileName)).Episodes);
    }

    [Fact]
    public async Task A_run_of_a_billion_episodes_is_played_as_far_as_one_waits()
    {
        int steps = 0;
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        var config = new WalkConfig { OnStep = () => Interlocked.Increment(ref steps) };
        using var run = new EvalRun(config, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 1_000_000_000, BatchSize = int.MaxValue, UseAsyncEnvs = false },
            OutputDir = Path.Combine(_folder, "run"),
        });
        var playing = run.PlayAll();
        while (Volatile.Read(ref steps) < 1000)
            await Task.Delay(1);
        run.Dispose();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => playing);
        Assert.Equal(2_000_000_000, run.Progress.Total);
    }

    private EvalRun Run(WalkConfig config, WalkPolicy policy, int batchSize, bool isAsync) => new(config, policy, new RolloutOptions
    {
        Eval = new EvalConfig { NEpisodes = 6, BatchSize = batchSize, UseAsyncEnvs = isAsync, NEpisodesToRender = 0 },
        OutputDir = Path.Combine(_folder, "run"),
    });

    /// <summary>A policy that fails where no policy is expected to.</summary>
    private sealed class TornPolicy : IPolicy
    {
        private readonly WalkPolicy _whole = new(PolicyBatching.PerSession);

        public bool IsTorn { get; set; }

        public string Type => "torn";

        public IReadOnlyList<string> ObservationKeys => _whole.ObservationKeys;

        public PolicyBatching Batching => IsTorn ? throw new InvalidOperationException("torn") : PolicyBatching.PerSession;

        public IReadOnlyDictionary<string, string> Provenance => _whole.Provenance;

        public IPolicySession NewSession(EpisodeSpec episode) => _whole.NewSession(episode);

        public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation) => _whole.Infer(sessions, cancellation);

        public void Dispose() => _whole.Dispose();
    }

    /// <summary>A synchronization context as of a program with windows: one thread runs everything that is posted.</summary>
    private sealed class OneThread : SynchronizationContext, IDisposable
    {
        private readonly BlockingCollection<Action> _queue = [];

        public OneThread() => new Thread(() =>
        {
            SetSynchronizationContext(this);
            foreach (var work in _queue.GetConsumingEnumerable())
                work();
        })
        { IsBackground = true }.Start();

        public override void Post(SendOrPostCallback d, object? state) => _queue.Add(() => d(state));

        public Task Run(Func<Task> work)
        {
            var done = new TaskCompletionSource<Task>();
            _queue.Add(() => done.SetResult(work()));
            return done.Task.Unwrap();
        }

        public void Dispose() => _queue.CompleteAdding();
    }
}
