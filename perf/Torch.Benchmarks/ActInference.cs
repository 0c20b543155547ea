using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using EvalCore.Benchmarks;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Torch;

namespace Torch.Benchmarks;

/// <summary>
/// One call of the network of the repository's ACT checkpoint, pre- and post-processing included, for one episode and for
/// ten. LeRobot v0.6.1 took 1.1 ms and 2.2 ms on one thread of two cores.
/// </summary>
[MemoryDiagnoser]
public class ActInference
{
    private IPolicy _policy = null!;
    private IPolicySession[] _sessions = [];

    /// <summary>How many episodes wait for the network at once.</summary>
    [Params(1, 10)]
    public int Episodes { get; set; }

    /// <summary>How they are computed.</summary>
    [Params(Batching.Exact, Batching.Dynamic)]
    public Batching Batching { get; set; }

    [GlobalSetup]
    public void Setup()
    {
        var config = new PushTConfig { ObsType = "environment_state_agent_pos" };
        _policy = Eval.MakePolicy(new LeRobotPolicies(), Repository.Checkpoint("pusht_act_keypoints"), config, policy =>
        {
            policy.Device = DeviceName.Cpu;
            policy.Batching = Batching;
        });
        using var benchmark = config.Open();
        var task = benchmark.Tasks[0];
        using var env = benchmark.Make(task);
        var observation = new Observation(env.ObservationSpace.Select(_policy.ObservationKeys));
        _sessions = new IPolicySession[Episodes];
        for (int i = 0; i < Episodes; i++)
        {
            var episode = task.Episode(i, EpisodeSpec.DefaultSeed);
            env.Reset(episode);
            env.Observe(observation);
            _sessions[i] = _policy.NewSession(episode);
            _sessions[i].Observe(observation);
        }
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var session in _sessions)
            session.Dispose();
        _policy.Dispose();
    }

    [Benchmark]
    public void Infer() => _policy.Infer(_sessions, CancellationToken.None);
}
