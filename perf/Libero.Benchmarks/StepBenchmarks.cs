using BenchmarkDotNet.Attributes;
using Benchmarks.Libero.Simulation;
using MuJoCo;

namespace Libero.Benchmarks;

/// <summary>
/// Control steps without images, against MuJoCo's calls alone in a C loop with the same controls: what the controller and the
/// observables cost. <c>dotnet run -c Release --project perf/Libero.Benchmarks</c>, with EVALCORE_MIRROR set.
/// </summary>
[MemoryDiagnoser]
public class StepBenchmarks : IDisposable
{
    private const int Steps = 40;
    private readonly double[] _action = new double[LiberoSimulation.ActionLength];
    private RecordedTask _task = null!;
    private LiberoSimulation _simulation = null!;
    private CLoop _c = null!;
    private double[] _start = null!;
    private double[] _controls = null!;

    [Params("libero_spatial/0", "libero_object/0", "libero_10/3")]
    public string Task { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        _c = new CLoop();
        _task = new RecordedTask(Task);
        _simulation = _task.Simulation;
        _task.Reset();
        MjData data = _simulation.Data;
        _start = new double[data.Model.StateSize(mjtState.mjSTATE_INTEGRATION)];
        data.GetState(_start, mjtState.mjSTATE_INTEGRATION);
        _controls = new double[data.Model.nu * LiberoSimulation.SubSteps * Steps];
        int subStep = 0;
        for (int t = 0; t < Steps; t++)
        {
            SetAction(t);
            for (int i = 0; i < LiberoSimulation.SubSteps; i++)
            {
                data.Step1();
                _simulation.Control(_action, setsGoal: i == 0);
                data.ctrl.CopyTo(_controls.AsSpan(data.Model.nu * subStep++));
                data.Step2();
            }
        }
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _simulation.Dispose();
        _c.Dispose();
    }

    /// <summary>The simulation's control steps.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public double ControlStep()
    {
        _simulation.Data.SetState(_start, mjtState.mjSTATE_INTEGRATION);
        for (int t = 0; t < Steps; t++)
        {
            SetAction(t);
            _simulation.Step(_action);
        }

        return _simulation.Data.qpos[0];
    }

    /// <summary>25 bare <c>mj_step</c>.</summary>
    [Benchmark(Baseline = true, OperationsPerInvoke = Steps)]
    public double CStep()
    {
        _simulation.Data.SetState(_start, mjtState.mjSTATE_INTEGRATION);
        _c.Step(_simulation.Data, _controls);
        return _simulation.Data.qpos[0];
    }

    /// <summary>25 bare <c>mj_step1</c> and <c>mj_step2</c>.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public double CStep1Step2()
    {
        _simulation.Data.SetState(_start, mjtState.mjSTATE_INTEGRATION);
        _c.Halves(_simulation.Data, _controls, "mj_step1", "mj_step2");
        return _simulation.Data.qpos[0];
    }

    /// <summary>25 bare <c>mj_forward</c> and <c>mj_step</c>: what the original calls.</summary>
    [Benchmark(OperationsPerInvoke = Steps)]
    public double CForwardStep()
    {
        _simulation.Data.SetState(_start, mjtState.mjSTATE_INTEGRATION);
        _c.Halves(_simulation.Data, _controls, "mj_forward", "mj_step");
        return _simulation.Data.qpos[0];
    }

    /// <summary>A reset to an initial state: ten control steps, and what comes before them.</summary>
    [Benchmark]
    public void Reset() => _task.Reset();

    private void SetAction(int t)
    {
        for (int i = 0; i < 3; i++)
            _action[i] = 0.4 * Math.Sin(0.2 * t + i);
        _action[3] = 0.1 * Math.Cos(0.3 * t);
        _action[6] = -1;
    }
}
