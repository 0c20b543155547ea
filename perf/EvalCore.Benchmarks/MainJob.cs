using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// The example run of the README without start-up: 50 episodes of PushT with the checkpoint of the repository. The mean
/// is lerobot-eval's <c>eval_ep_s</c>.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class MainJob
{
    private const int NEpisodes = 50;

    private readonly PushTConfig _env = new() { ObsType = "environment_state_agent_pos" };
    private IPolicy _policy = null!;
    private string _folder = "";

    /// <summary>The number of episodes in flight at once; 1 is the default on two cores.</summary>
    [Params(1, 2, 10)]
    public int BatchSize { get; set; }

    [GlobalSetup]
    public void Setup() => _policy = Eval.MakePolicy(
        new LeRobotPolicies(), Repository.Checkpoint("pusht_act_keypoints"), _env, config => config.Device = DeviceName.Cpu);

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [IterationSetup]
    public void MakeFolder() => _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    [IterationCleanup]
    public void RemoveFolder() => Directory.Delete(_folder, recursive: true);

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo WithVideos() => Run(Path.Combine(_folder, "run"));

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo WithoutVideos() => Run(outputDir: null);

    private EvalInfo Run(string? outputDir)
    {
        var eval = new EvalConfig { NEpisodes = NEpisodes, BatchSize = BatchSize };
        return Eval.EvalPolicy(_env, _policy, new RolloutOptions { Eval = eval, OutputDir = outputDir }).GetAwaiter().GetResult();
    }
}
