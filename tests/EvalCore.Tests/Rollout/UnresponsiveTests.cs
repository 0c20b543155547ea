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

    private EvalRun Run(WalkConfig config, WalkPolicy policy, int batchSize, bool isAsync) => new(config, policy, new RolloutOptions
    {
        Eval = new EvalConfig { NEpisodes = 20, BatchSize = batchSize, UseAsyncEnvs = isAsync, NEpisodesToRender = 0, EpisodeTimeout = 0.5 },
        OutputDir = Path.Combine(_folder, "run"),
    });
}
