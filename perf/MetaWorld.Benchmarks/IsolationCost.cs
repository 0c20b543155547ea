using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Benchmarks.MetaWorld;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Isolation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace MetaWorld.Benchmarks;

/// <summary>
/// What <c>--eval.isolation=process</c> costs with images: an episode of 500 steps with a 480x480 image at each, and the same with an
/// image in 100 steps; the processes started before. The ratios to those in one process minus one are the costs.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 1, iterationCount: 5)]
public class IsolationCost
{
    private readonly MetaWorldConfig _env = new() { Task = "push-v3" };
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private IPolicy _act = null!;
    private IBenchmark _inProcess = null!;
    private IBenchmark _isolated = null!;

    /// <summary>Whether an image is read at each step.</summary>
    [Params(true, false)]
    public bool ImageAtEachStep { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        UntrainedAct.Save(_folder);
        _act = Eval.MakePolicy(new LeRobotPolicies(), _folder, _env, config => config.Device = DeviceName.Cpu);
        _inProcess = EvalRun.OpenBenchmark(_env, Options(IsolationMode.None));
        _isolated = EvalRun.OpenBenchmark(_env, Options(IsolationMode.Process));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _inProcess.Dispose();
        _isolated.Dispose();
        _act.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true)]
    public EvalInfo InProcess() => Run(IsolationMode.None, _inProcess);

    [Benchmark]
    public EvalInfo Isolated() => Run(IsolationMode.Process, _isolated);

    private EvalInfo Run(IsolationMode isolation, IBenchmark benchmark)
    {
        using var run = new EvalRun(_env, ImageAtEachStep ? new EagerPolicy(_act) : _act, Options(isolation), benchmark: benchmark);
        return run.PlayAll().GetAwaiter().GetResult();
    }

    private static RolloutOptions Options(IsolationMode isolation) => new()
    {
        Eval = new EvalConfig { NEpisodes = 1, BatchSize = 1, Isolation = isolation },
        Worker = WorkerProgram.Own,
    };
}
