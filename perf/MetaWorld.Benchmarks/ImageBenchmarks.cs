using BenchmarkDotNet.Attributes;
using Benchmarks.MetaWorld;
using EvalCore.Environments;

namespace MetaWorld.Benchmarks;

/// <summary>An image of 480 x 480 for the policy, and a frame of a video.</summary>
[MemoryDiagnoser]
public class ImageBenchmarks : IDisposable
{
    private IBenchmark _benchmark = null!;
    private MetaWorldEnvironment _environment = null!;
    private IFrameRenderer _renderer = null!;
    private Observation _image = null!;
    private double[] _snapshot = null!;
    private byte[] _frame = null!;

    [GlobalSetup]
    public void Setup()
    {
        _benchmark = new MetaWorldConfig { Task = "push-v3" }.Open();
        var task = _benchmark.Tasks[0];
        _environment = (MetaWorldEnvironment)_benchmark.Make(task);
        _environment.Reset(task.Episode(0, EpisodeSpec.DefaultSeed));
        _image = new Observation(_environment.ObservationSpace.Select([MetaWorldObservation.Image]));
        _renderer = _benchmark.MakeRenderer(task);
        _snapshot = new double[_environment.SnapshotLength];
        _frame = new byte[3 * _renderer.Width * _renderer.Height];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _renderer.Dispose();
        _environment.Dispose();
        _benchmark.Dispose();
    }

    [Benchmark]
    public void Observation() => _environment.Observe(_image);

    [Benchmark]
    public void VideoFrame()
    {
        _environment.Snapshot(_snapshot);
        _renderer.Render(_snapshot, _frame);
    }
}
