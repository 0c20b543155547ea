using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Records;
using EvalCore.Recording;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// What <c>--eval.record=steps</c> costs: 100 episodes of PushT with key points and the checkpoint of the repository, journal
/// included, without videos. The ratio minus one is the share of the steps per second.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 9)]
public class RecordingCost
{
    private const int NEpisodes = 100;

    private readonly PushTConfig _env = new() { ObsType = "environment_state_agent_pos" };
    private IPolicy _policy = null!;
    private string _folder = "";

    /// <summary>The number of episodes in flight at once; 1 is the default on two cores.</summary>
    [Params(1, 2)]
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

    [Benchmark(Baseline = true, OperationsPerInvoke = NEpisodes)]
    public EvalInfo WithoutSteps() => Run(RecordedData.None);

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo WithSteps() => Run(RecordedData.Steps);

    private EvalInfo Run(RecordedData record) => Eval.EvalPolicy(
        _env, _policy,
        new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = NEpisodes, NEpisodesToRender = 0, BatchSize = BatchSize, Record = record },
            OutputDir = Path.Combine(_folder, "run"),
            StepFormat = new ParquetSteps(),
        }).GetAwaiter().GetResult();
}
