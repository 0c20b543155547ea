using BenchmarkDotNet.Attributes;
using Benchmarks.MetaWorld;
using EvalCore.Environments;

namespace MetaWorld.Benchmarks;

/// <summary>A picture of 480 x 480 for the policy, and a frame of a video.</summary>
[MemoryDiagnoser]
public class PictureBenchmarks : IDisposable
{
    private readonly double[] _action = new double[4];
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

    /// <summary>A hundred steps with a policy that reads a picture at each, as LeRobot renders them.</summary>
    [Benchmark]
    public void HundredStepsPictureAtEach() => Play(chunk: 1);

    /// <summary>A hundred steps with a policy that reads one picture for a chunk of 100 actions.</summary>
    [Benchmark]
    public void HundredStepsOnePicture() => Play(chunk: 100);

    [Benchmark]
    public void Observation() => _environment.Observe(_picture);

    [Benchmark]
    public void VideoFrame()
    {
        _environment.Snapshot(_snapshot);
        _renderer.Render(_snapshot, _frame);
    }

    private void Play(int chunk)
    {
        _environment.Restart();
        for (int t = 0; t < 100; t++)
        {
            if (t % chunk == 0)
                _environment.Observe(_picture);
            _environment.Step(_action);
        }
    }
}
