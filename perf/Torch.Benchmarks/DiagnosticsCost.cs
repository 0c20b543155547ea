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
/// eight actions of its chunk. The ratio is the share of inference. The last rows are the counting of an image besides, to
/// compare with a network that reads it: ACT's takes some 20 ms for one of 96x96, and 330 ms for one of 480x640 (see
/// <see cref="NetworkInference"/>).
/// </summary>
[MemoryDiagnoser]
public class DiagnosticsCost
{
    private const int Actions = 8;

    private readonly IPolicySession[] _sessions = new IPolicySession[1];
    private readonly double[] _action = new double[2];
    private IPolicy _policy = null!;
    private Observation _observation = null!;
    private (EpisodeCounter Counter, Observation Image) _small;
    private (EpisodeCounter Counter, Observation Image) _large;
    private EpisodeCounter _counter = null!;

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
        (_small, _large) = (Camera(96, 96), Camera(480, 640));

        (EpisodeCounter, Observation) Camera(int height, int width)
        {
            var space = new ObservationSpace(ObservationField.Image("observation.image", height, width));
            var statistics = new FeatureStatistics { Mean = [0.5], Std = [0.1], Min = [0.1], Max = [0.9] };
            var image = new Observation(space);
            new Random(1).NextBytes(image.Image(0));
            return (new EpisodeCounter(space, env.ActionSpace, new Dictionary<string, FeatureStatistics> { ["observation.image"] = statistics }), image);
        }
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
    public void CountingOfAnImageOf96x96() => _small.Counter.Observe(_small.Image);

    [Benchmark]
    public void CountingOfAnImageOf480x640() => _large.Counter.Observe(_large.Image);
}
