using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Isolation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// What <c>--eval.isolation=process</c> costs: 100 episodes of PushT with key points and the checkpoint of the repository, without
/// videos, the processes started before. The ratio minus one is the cost.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 15)]
public class IsolationCost
{
    private const int NEpisodes = 100;

    private readonly PushTConfig _env = new() { ObsType = "environment_state_agent_pos" };
    private IPolicy _policy = null!;
    private IBenchmark _inProcess = null!;
    private IBenchmark _isolated = null!;

    /// <summary>The number of episodes in flight at once; 1 is the default on two cores.</summary>
    [Params(1, 2)]
    public int BatchSize { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _policy = Eval.MakePolicy(new LeRobotPolicies(), Repository.Checkpoint("pusht_act_keypoints"), _env, config => config.Device = DeviceName.Cpu);
        _inProcess = EvalRun.OpenBenchmark(_env, Options(IsolationMode.None));
        _isolated = EvalRun.OpenBenchmark(_env, Options(IsolationMode.Process));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _inProcess.Dispose();
        _isolated.Dispose();
        _policy.Dispose();
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = NEpisodes)]
    public EvalInfo InProcess() => Run(IsolationMode.None, _inProcess);

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo Isolated() => Run(IsolationMode.Process, _isolated);

    private EvalInfo Run(IsolationMode isolation, IBenchmark benchmark)
    {
        using var run = new EvalRun(_env, _policy, Options(isolation), benchmark: benchmark);
        return run.PlayAll().GetAwaiter().GetResult();
    }

    private RolloutOptions Options(IsolationMode isolation) => new()
    {
        Eval = new EvalConfig { NEpisodes = NEpisodes, BatchSize = Math.Max(1, BatchSize), Isolation = isolation },
        Worker = WorkerProgram.Own,
    };
}
