using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using Benchmarks.MetaWorld;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace MetaWorld.Benchmarks;

/// <summary>
/// Whole evaluations without videos, two episodes of 500 steps; the mean is lerobot-eval's <c>eval_ep_s</c>. An ACT
/// checkpoint of 100-action chunks reads an image in 100 steps; the baseline renders one at each, for the same actions.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 0, iterationCount: 3)]
public class EvaluationBenchmarks : IDisposable
{
    private const int NEpisodes = 2;

    private readonly MetaWorldConfig _env = new() { Task = "push-v3" };
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly MetaWorldExpert _expert = new();
    private IPolicy _act = null!;

    [GlobalSetup]
    public void Setup()
    {
        UntrainedAct.Save(_folder);
        _act = Eval.MakePolicy(new LeRobotPolicies(), _folder, _env, config => config.Device = DeviceName.Cpu);
        Run(_act, 1);
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _act.Dispose();
        _expert.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Benchmark(Baseline = true, OperationsPerInvoke = NEpisodes)]
    public EvalInfo ActImageAtEachStep() => Run(new EagerPolicy(_act), NEpisodes);

    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo Act() => Run(_act, NEpisodes);

    /// <summary>The scripted expert, which ends its episodes with success.</summary>
    [Benchmark(OperationsPerInvoke = NEpisodes)]
    public EvalInfo Expert() => Run(_expert, NEpisodes);

    private EvalInfo Run(IPolicy policy, int nEpisodes) =>
        Eval.EvalPolicy(_env, policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = nEpisodes, BatchSize = 1 } })
            .GetAwaiter().GetResult();
}
