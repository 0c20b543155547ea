using BenchmarkDotNet.Attributes;
using Benchmarks.PushT;
using EvalCore.Environments;

namespace PushT.Benchmarks;

/// <summary>
/// What one step of PushT costs with each kind of observation, and one frame of a video. The agent circles through the
/// block, so that most steps have contacts. For steps a second: <c>dotnet run -c Release --project perf/PushT.Benchmarks</c>.
/// </summary>
[MemoryDiagnoser]
public class StepBenchmarks : IDisposable
{
    private readonly double[] _action = new double[2];
    private readonly byte[] _frame = new byte[384 * 384 * 3];
    private PushTEnvironment _environment = null!;
    private PushTRenderer _renderer = null!;
    private Observation _state = null!;
    private Observation _keypoints = null!;
    private Observation _pixels = null!;
    private double[] _snapshot = null!;
    private int _steps;

    [GlobalSetup]
    public void Setup()
    {
        _environment = new PushTEnvironment();
        _renderer = new PushTRenderer(384, 384);
        _state = new Observation(PushTObservation.Types["state"]);
        _keypoints = new Observation(PushTObservation.Types["environment_state_agent_pos"]);
        _pixels = new Observation(PushTObservation.Types["pixels_agent_pos"]);
        _snapshot = new double[_environment.SnapshotLength];
        Step();
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _renderer.Dispose();
        _environment.Dispose();
    }

    [Benchmark]
    public void Reset() => _environment.Reset(new EpisodeSpec(new EnvTask("pusht", "pusht", 0, "PushT-v0", ""), 0, _steps++));

    [Benchmark]
    public void StateStep()
    {
        Step();
        _environment.Observe(_state);
    }

    [Benchmark]
    public void KeypointsStep()
    {
        Step();
        _environment.Observe(_keypoints);
    }

    [Benchmark]
    public void PixelsStep()
    {
        Step();
        _environment.Observe(_pixels);
    }

    [Benchmark]
    public void VideoFrame()
    {
        _environment.Snapshot(_snapshot);
        _renderer.Render(_snapshot, _frame);
    }

    private void Step()
    {
        if (_steps++ % 300 == 0)
            _environment.Reset(new EpisodeSpec(new EnvTask("pusht", "pusht", 0, "PushT-v0", ""), 0, _steps));
        double turn = _steps * 0.05;
        _action[0] = 256 + 120 * Math.Cos(turn);
        _action[1] = 256 + 120 * Math.Sin(turn);
        _environment.Step(_action);
    }
}
