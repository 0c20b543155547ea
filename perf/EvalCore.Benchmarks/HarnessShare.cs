using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// What the harness adds to an evaluation: twenty episodes by the scheduler, and by the shortest loop that plays the
/// same. The ratio less one is the harness's own share.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 20)]
public class HarnessShare
{
    private const int NEpisodes = 20;

    private readonly PushTConfig _env = new() { ObsType = "environment_state_agent_pos" };
    private IPolicy _policy = null!;

    [GlobalSetup]
    public void Setup() => _policy = Eval.MakePolicy(
        new LeRobotPolicyFactory(), new PolicyOptions { Path = Repository.Checkpoint("pusht_act_keypoints"), Device = "cpu" }, _env);

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [Benchmark(Baseline = true)]
    public int PlainLoop()
    {
        var task = _env.Tasks()[0];
        using var world = _env.Make(task);
        var observation = new Observation(world.ObservationSpace.Select(_policy.ObservationKeys));
        double[] action = new double[world.ActionSpace.Dimension];
        var one = new IPolicySession[1];
        int steps = 0;
        for (int i = 0; i < NEpisodes; i++)
        {
            var episode = new EpisodeSpec(task, i, 1000 + i);
            world.Reset(episode);
            using var session = _policy.NewSession(episode);
            StepResult result;
            do
            {
                if (session.NeedsObservation)
                {
                    world.Observe(observation);
                    session.Observe(observation);
                }

                if (session.NeedsInference)
                {
                    one[0] = session;
                    _policy.Infer(one);
                }

                session.Act(action);
                result = world.Step(action);
                steps++;
            }
            while (!result.Terminated && !result.Truncated);
        }

        return steps;
    }

    [Benchmark]
    public EvalInfo Scheduler() =>
        Eval.EvalPolicy(Eval.MakeEnv(_env), _policy, NEpisodes).GetAwaiter().GetResult();
}
