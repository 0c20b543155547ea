using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using EvalCore.Benchmarks;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Features;
using EvalCore.Policies;
using EvalCore.Torch;

namespace Torch.Benchmarks;

/// <summary>
/// What comparing a policy's inputs and actions with its statistics costs, beside the inference that it belongs to: one forward
/// pass of the repository's ACT checkpoint, which reads no image and is as small as policies get, with the observation and the
/// eight actions of its chunk. The ratio is the share of inference. The last row is the counting of two 480x480 images besides,
/// to compare with a network that reads them (a ResNet-18 takes 79 ms or more for one).
/// </summary>
[MemoryDiagnoser]
public class DiagnosticsCost
{
    private const int Actions = 8;

    private readonly ObservationSpace _cameras = new(
        ObservationField.Image("observation.images.image", 480, 480), ObservationField.Image("observation.images.image2", 480, 480));

    private readonly IPolicySession[] _sessions = new IPolicySession[1];
    private readonly double[] _action = new double[2];
    private IPolicy _policy = null!;
    private Observation _observation = null!;
    private Observation _images = null!;
    private EpisodeCounter _counter = null!;
    private EpisodeCounter _imageCounter = null!;

    [GlobalSetup]
    public void Setup()
    {
        var config = new PushTConfig { ObsType = "environment_state_agent_pos" };
        _policy = Eval.MakePolicy(new LeRobotPolicies(), Repository.Checkpoint("pusht_act_keypoints"), config, policy => policy.Device = DeviceName.Cpu);
        using var benchmark = config.Open();
        var episode = benchmark.Tasks[0].Episode(0, EpisodeSpec.DefaultSeed);
        using var env = benchmark.Make(episode.Task);
        _observation = new Observation(env.ObservationSpace.Select(_policy.ObservationKeys));
        env.Reset(episode);
        env.Observe(_observation);
        _sessions[0] = _policy.NewSession(episode);
        _sessions[0].Observe(_observation);
        _policy.Infer(_sessions, CancellationToken.None);
        _sessions[0].Act(_action);
        _counter = new EpisodeCounter(_observation.Space, env.ActionSpace, _policy.Statistics);
        var ofImages = new FeatureStatistics { Mean = [0.5], Std = [0.1], Min = [0.1], Max = [0.9] };
        _imageCounter = new EpisodeCounter(_cameras, env.ActionSpace, _cameras.ToDictionary(camera => camera.Key, _ => ofImages));
        _images = new Observation(_cameras);
        for (int i = 0; i < 2; i++)
            new Random(i).NextBytes(_images.Image(i));
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _sessions[0].Dispose();
        _policy.Dispose();
    }

    [Benchmark(Baseline = true)]
    public void Inference() => _policy.Infer(_sessions, CancellationToken.None);

    [Benchmark]
    public void Counting()
    {
        _counter.Observe(_observation);
        for (int i = 0; i < Actions; i++)
            _counter.Act(_action);
    }

    [Benchmark]
    public void CountingOfTwoImages() => _imageCounter.Observe(_images);
}
