using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Benchmarks.Libero;
using EvalCore.Evaluation;
using EvalCore.Results;
using EvalCore.Rollout;

namespace Libero.Benchmarks;

/// <summary>
/// Whole evaluations without videos, images of 256 x 256 of two cameras; the mean is lerobot-eval's <c>eval_ep_s</c>. The baseline
/// renders both images at each step; the others play the same actions and render when a chunk of ten begins, or never. Observations
/// per second are the steps of an episode divided by the mean of the baseline, and of the one without images.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 2)]
public class EvaluationBenchmarks
{
    private const int NEpisodes = 2, Steps = 60;

    private readonly LiberoConfig _env = new()
    {
        Task = "libero_spatial", TaskIds = [0], EpisodeLength = Steps, ObservationHeight = 256, ObservationWidth = 256,
    };

    [Params(1, 2)]
    public int Slots { get; set; }

    [Benchmark(Baseline = true, OperationsPerInvoke = NEpisodes)]
    public EvalInfo ImagesAtEachStep() => Run(chunk: 1);

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo ImagesOfChunks() => Run(chunk: 10);

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo NoImages() => Run(chunk: 0);

    private EvalInfo Run(int chunk)
    {
        using var policy = new ChunkPolicy(chunk);
        return Eval.EvalPolicy(_env, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = NEpisodes, BatchSize = Slots } })
            .GetAwaiter().GetResult();
    }
}
