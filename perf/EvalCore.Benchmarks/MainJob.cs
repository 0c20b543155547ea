using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// The run of the README after start-up: 50 episodes of PushT with the checkpoint of the repository. The mean is
/// lerobot-eval's <c>eval_ep_s</c>.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class MainJob
{
    private const int NEpisodes = 50;

    private readonly PushTConfig _env = new() { ObsType = "environment_state_agent_pos" };
    private IPolicy _policy = null!;
    private string _folder = "";

    /// <summary>How many episodes play at once; 1 is what two cores get by default.</summary>
    [Params(1, 2, 10)]
    public int BatchSize { get; set; }

    [GlobalSetup]
    public void Setup() => _policy = Eval.MakePolicy(
        new LeRobotPolicyFactory(), new PolicyOptions { Path = Repository.Checkpoint("pusht_act_keypoints"), Device = "cpu" }, _env);

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

    private EvalInfo Run(string? outputDir) =>
        Eval.EvalPolicy(Eval.MakeEnv(_env, BatchSize), _policy, NEpisodes, outputDir: outputDir).GetAwaiter().GetResult();
}
