using BenchmarkDotNet.Attributes;
using Benchmarks.MetaWorld;
using EvalCore.Environments;

namespace MetaWorld.Benchmarks;

/// <summary>A picture of 480 x 480 for the policy, and a frame of a video.</summary>
[MemoryDiagnoser]
public class PictureBenchmarks : IDisposable
{
    private MetaWorldEnvironment _environment = null!;
    private MetaWorldRenderer _renderer = null!;
    private Observation _picture = null!;
    private double[] _snapshot = null!;
    private byte[] _frame = null!;

    [GlobalSetup]
    public void Setup()
    {
        _environment = new MetaWorldEnvironment("push-v3");
        _environment.Reset(new EpisodeSpec(new EnvTask("metaworld", "push-v3", 0, "push-v3", ""), 0, 1000));
        _picture = new Observation(_environment.ObservationSpace.Select([MetaWorldObservation.Image]));
        _renderer = new MetaWorldRenderer("push-v3");
        _snapshot = new double[_environment.SnapshotLength];
        _frame = new byte[3 * _renderer.Width * _renderer.Height];
    }

    [GlobalCleanup]
    public void Dispose()
    {
        _renderer.Dispose();
        _environment.Dispose();
    }

    [Benchmark]
    public void Observation() => _environment.Observe(_picture);

    [Benchmark]
    public void VideoFrame()
    {
        _environment.Snapshot(_snapshot);
        _renderer.Render(_snapshot, _frame);
    }
}
