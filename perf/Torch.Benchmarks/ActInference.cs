using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using EvalCore;
using EvalCore.Benchmarks;
using EvalCore.Environments;
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

    /// <summary>How many episodes ask at once.</summary>
    [Params(1, 10)]
    public int Episodes { get; set; }

    /// <summary>How they are computed.</summary>
    [Params("exact", "dynamic")]
    public string Batching { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        _policy = Eval.MakePolicy(
            new LeRobotPolicyFactory(),
            new PolicyOptions { Path = Repository.Checkpoint("pusht_act_keypoints"), Device = "cpu", Batching = Batching }, env);
        var task = env.Tasks()[0];
        using var world = env.Make(task);
        var observation = new Observation(world.ObservationSpace.Select(_policy.ObservationKeys));
        _sessions = new IPolicySession[Episodes];
        for (int i = 0; i < Episodes; i++)
        {
            var episode = new EpisodeSpec(task, i, 1000 + i);
            world.Reset(episode);
            world.Observe(observation);
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
    public void Infer() => _policy.Infer(_sessions);
}
