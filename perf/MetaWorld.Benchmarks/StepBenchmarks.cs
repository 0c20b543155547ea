using BenchmarkDotNet.Attributes;
using Benchmarks.MetaWorld;
using EvalCore.Environments;
using MuJoCo;

namespace MetaWorld.Benchmarks;

/// <summary>
/// An episode of 500 steps without images, against the same MuJoCo calls in a C loop: what the environment costs
/// besides its engine. The files of Meta-World are needed: set EVALCORE_MIRROR, then
/// <c>dotnet run -c Release --project perf/MetaWorld.Benchmarks</c>.
/// </summary>
[MemoryDiagnoser]
public class StepBenchmarks : IDisposable
{
    private const int Steps = 500;
    private readonly double[] _action = new double[4];
    private readonly double[] _mocap = new double[3 * Steps];
    private readonly double[] _fingers = new double[2 * Steps];
    private IBenchmark _benchmark = null!;
    private MetaWorldEnvironment _environment = null!;
    private EpisodeSpec _episode = null!;
    private CLoop _c = null!;
    private double[] _start = null!;

    [Params("push-v3", "hammer-v3", "drawer-open-v3")]
    public string Task { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _c = new CLoop();
        _benchmark = new MetaWorldConfig { Task = Task }.Open();
        _environment = (MetaWorldEnvironment)_benchmark.Make(_benchmark.Tasks[0]);
        _episode = _benchmark.Tasks[0].Episode(0, EpisodeSpec.DefaultSeed);
        MjData data = _environment.Simulation.Data;
        _environment.Reset(_episode);
        _start = new double[data.Model.StateSize(mjtState.mjSTATE_INTEGRATION)];
        data.GetState(_start, mjtState.mjSTATE_INTEGRATION);
        for (int t = 0; t < Steps; t++)
        {
            Act(t);
            data.mocap_pos.CopyTo(_mocap.AsSpan(3 * t, 3));
            data.ctrl.CopyTo(_fingers.AsSpan(2 * t, 2));
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _environment.Dispose();
        _benchmark.Dispose();
        _c.Dispose();
    }

    /// <summary>The environment's steps, from the same start.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public double Environment()
    {
        _environment.Restart();
        _environment.Simulation.Data.SetState(_start, mjtState.mjSTATE_INTEGRATION);
        double sum = 0;
        for (int t = 0; t < Steps; t++)
            sum += Act(t).Reward;
        return sum;
    }

    /// <summary>The same calls of MuJoCo with the same controls.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public double C()
    {
        MjData data = _environment.Simulation.Data;
        data.SetState(_start, mjtState.mjSTATE_INTEGRATION);
        _c.Play(data, _mocap, _fingers);
        return data.qpos[0];
    }

    /// <summary>A reset: two passes of 50 steps that move the hand.</summary>
    [Benchmark]
    public void Reset() => _environment.Reset(_episode);

    private StepResult Act(int t)
    {
        _action[0] = Math.Sin(t * 0.05);
        _action[1] = Math.Cos(t * 0.03);
        _action[2] = Math.Sin(t * 0.02);
        _action[3] = Math.Cos(t * 0.01);
        return _environment.Step(_action);
    }
}
