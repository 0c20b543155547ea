using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;

namespace Onnx.Benchmarks;

/// <summary>
/// Episodes of PushT with one and two in flight: with one thread for an operation, slots scale with the cores. The mean is
/// seconds an episode.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class Slots
{
    private const int NEpisodes = 20;

    private IPolicy _policy = null!;

    [Params("pusht_act_keypoints", "pusht_diffusion_keypoints")]
    public string Checkpoint { get; set; } = "";

    [Params(Runtime.Torch, Runtime.Onnx)]
    public Runtime Runtime { get; set; }

    [Params(1, 2)]
    public int BatchSize { get; set; }

    [GlobalSetup]
    public void Setup() => _policy = Exported.Make(Checkpoint, Runtime);

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo Run() => Eval.EvalPolicy(
        Exported.Env, _policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = NEpisodes, BatchSize = BatchSize } }).GetAwaiter().GetResult();
}
