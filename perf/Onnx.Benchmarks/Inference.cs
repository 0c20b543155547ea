using BenchmarkDotNet.Attributes;
using EvalCore.Environments;
using EvalCore.Policies;

namespace Onnx.Benchmarks;

/// <summary>One call of a network for one episode, on one thread, with its normalisation.</summary>
[MemoryDiagnoser]
public class Inference
{
    private readonly IPolicySession[] _session = new IPolicySession[1];
    private IPolicy _policy = null!;

    [Params("pusht_act_keypoints", "pusht_diffusion_keypoints")]
    public string Checkpoint { get; set; } = "";

    [Params(Runtime.Torch, Runtime.Onnx)]
    public Runtime Runtime { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        _policy = Exported.Make(Checkpoint, Runtime);
        using var benchmark = Exported.Env.Open();
        using var environment = benchmark.Make(benchmark.Tasks[0]);
        var observation = new Observation(environment.ObservationSpace.Select(_policy.ObservationKeys));
        var episode = benchmark.Tasks[0].Episode(0, EpisodeSpec.DefaultSeed);
        environment.Reset(episode);
        environment.Observe(observation);
        _session[0] = _policy.NewSession(episode);
        _session[0].Observe(observation);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _session[0].Dispose();
        _policy.Dispose();
    }

    [Benchmark]
    public void Infer() => _policy.Infer(_session, CancellationToken.None);
}
