using BenchmarkDotNet.Attributes;
using Benchmarks.Libero.Simulation;
using Benchmarks.MuJoCo;

namespace Libero.Benchmarks;

/// <summary>One image of each camera.</summary>
[MemoryDiagnoser]
public class ImageBenchmarks : IDisposable
{
    private RecordedTask _task = null!;
    private SceneCameras _cameras = null!;
    private byte[] _image = null!;

    [Params("libero_spatial/0", "libero_10/3")]
    public string Task { get; set; } = "";

    [Params(256, 360)]
    public int Size { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _task = new RecordedTask(Task);
        _task.Reset();
        _cameras = new SceneCameras(_task.Simulation.Model, ["agentview", "robot0_eye_in_hand"], Size, Size, ImageRotation.BottomUp);
        _image = new byte[3 * Size * Size];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _cameras.Dispose();
        _task.Simulation.Dispose();
    }

    [Benchmark]
    public void AgentView() => _cameras.Render(0, _task.Simulation.Observables.Poses, _image);

    [Benchmark]
    public void EyeInHand() => _cameras.Render(1, _task.Simulation.Observables.Poses, _image);

    [Benchmark]
    public void MakeCameras() =>
        new SceneCameras(_task.Simulation.Model, ["agentview", "robot0_eye_in_hand"], Size, Size, ImageRotation.BottomUp).Dispose();
}
