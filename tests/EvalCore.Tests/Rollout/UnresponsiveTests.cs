using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>Calls in this process that do not return: they end the run.</summary>
public sealed class UnresponsiveTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly ManualResetEventSlim _never = new();

    public void Dispose()
    {
        _never.Set();
        Directory.Delete(_folder, recursive: true);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task A_step_that_does_not_return_ends_the_run_and_keeps_what_is_finished(int batchSize, bool isAsync)
    {
        int steps = 0;
        var config = new WalkConfig
        {
            Task = "left",
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) == 150)
                    _never.Wait();
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Run(config, policy, batchSize, isAsync);
        var e = await Assert.ThrowsAsync<UnresponsiveException>(run.PlayAll);
        Assert.Matches(@"^episode \d+ of left \(seed 10\d\d\) did not return from step \d+ within 0.5 s \(--eval.episode_timeout\): the simulator hangs; --eval.isolation=process plays on without what hangs$", e.Message);
        Assert.StartsWith($"{run.Failed} ", e.Message, StringComparison.Ordinal);

        // The thread that is stuck is not waited for.
        run.Stop(TimeSpan.FromMinutes(batchSize == 1 || !isAsync ? 10 : 0.01));
        Assert.Contains(run.Failed, run.Stuck);
        Assert.InRange(run.Kept, 1, 19);
        string journal = Path.Combine(_folder, "run", Journal.FileName);
        Assert.Equal(run.Kept, File.ReadAllLines(journal).Length - 1);
    }

    [Theory]
    [InlineData(false, PolicyBatching.Batched)]
    [InlineData(true, PolicyBatching.Batched)]
    [InlineData(true, PolicyBatching.PerSession)]
    public async Task An_inference_that_does_not_return_ends_the_run(bool isAsync, PolicyBatching batching)
    {
        int calls = 0;
        using var policy = new WalkPolicy(batching)
        {
            OnInfer = () =>
            {
                if (Interlocked.Increment(ref calls) == 20)
                    _never.Wait();
            },
        };
        using var run = Run(new WalkConfig(), policy, 2, isAsync);
        var e = await Assert.ThrowsAsync<UnresponsiveException>(run.PlayAll);
        Assert.Matches(@"^episode \d+ of (left|right) \(seed 10\d\d\) did not return from the policy's inference after \d+ steps within 0.5 s \(--eval.episode_timeout\): the policy does not answer$", e.Message);
        run.Stop(TimeSpan.FromMilliseconds(100));
        Assert.NotEmpty(run.Stuck);
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(3, false)]
    [InlineData(3, true)]
    public async Task All_who_wait_for_an_episode_are_told(int batchSize, bool isAsync)
    {
        int steps = 0;
        var config = new WalkConfig
        {
            OnStep = () =>
            {
                if (Interlocked.Increment(ref steps) == 150)
                    _never.Wait();
            },
        };
        using var policy = new WalkPolicy(PolicyBatching.PerSession);
        using var run = Run(config, policy, batchSize, isAsync);
        Task<EpisodeRecord>[] playing = [.. run.Episodes.Select(run.Play)];
        await Assert.ThrowsAsync<UnresponsiveException>(() => Task.WhenAll(playing).WaitAsync(TimeSpan.FromMinutes(1)));
        string line = Assert.Single(playing.Where(episode => episode.IsFaulted).Select(episode => episode.Exception!.InnerException!.Message).Distinct());
        Assert.StartsWith($"{run.Failed} did not return from step ", line, StringComparison.Ordinal);
        Assert.Equal(run.Kept, playing.Count(episode => episode.IsCompletedSuccessfully));
        run.Stop(TimeSpan.FromMilliseconds(100));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(2, true)]
    public async Task The_line_says_after_how_many_steps_a_batch_does_not_return(int batchSize, bool isAsync)
    {
        int calls = 0;
        using var policy = new WalkPolicy(PolicyBatching.Batched)
        {
            OnInfer = () =>
            {
                if (++calls == 2)
                    _never.Wait();
            },
        };
        using var run = Run(new WalkConfig { Task = "left" }, policy, batchSize, isAsync, episodes: 1);
        var e = await Assert.ThrowsAsync<UnresponsiveException>(run.PlayAll);
        Assert.StartsWith("episode 0 of left (seed 1000) did not return from the policy's inference after 4 steps ", e.Message, StringComparison.Ordinal);
        run.Stop(TimeSpan.FromMilliseconds(100));
    }

    [Fact]
    public async Task A_policy_that_computes_when_it_observes_is_watched()
    {
        using var policy = new ObservingPolicy(_never);
        using var run = Run(new WalkConfig(), policy, 2, isAsync: true);
        var e = await Assert.ThrowsAsync<UnresponsiveException>(() => run.PlayAll().WaitAsync(TimeSpan.FromMinutes(1)));
        Assert.EndsWith("did not return from the policy's inference after 3 steps within 0.5 s (--eval.episode_timeout): the policy does not answer", e.Message, StringComparison.Ordinal);
        run.Stop(TimeSpan.FromMilliseconds(100));
    }

    private EvalRun Run(WalkConfig config, IPolicy policy, int batchSize, bool isAsync, int episodes = 20) => new(config, policy, new RolloutOptions
    {
        Eval = new EvalConfig { NEpisodes = episodes, BatchSize = batchSize, UseAsyncEnvs = isAsync, NEpisodesToRender = 0, EpisodeTimeout = 0.5 },
        OutputDir = Path.Combine(_folder, "run"),
    });

    /// <summary>A policy that computes each action from the observation, and does not return from the fourth of an episode.</summary>
    private sealed class ObservingPolicy(ManualResetEventSlim never) : IPolicy
    {
        public string Type => "observing";

        public IReadOnlyList<string> ObservationKeys { get; } = ["observation.state"];

        public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

        public IPolicySession NewSession(EpisodeSpec episode) => new Session(never);

        public void Dispose()
        {
        }

        private sealed class Session(ManualResetEventSlim never) : IPolicySession
        {
            private int _observed;

            public bool NeedsObservation => true;

            public bool NeedsInference => false;

            public void Observe(Observation observation)
            {
                if (++_observed == 4)
                    never.Wait();
            }

            public void Act(Span<double> action) => action[0] = 0;

            public void Dispose()
            {
            }
        }
    }
}
