using Benchmarks.PushT;
using BenchmarkDotNet.Attributes;
using BenchmarkDotNet.Engines;
using EvalCore.Environments;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Results;
using EvalCore.Rollout;
using EvalCore.Torch;

namespace EvalCore.Benchmarks;

/// <summary>
/// Measures the overhead of the harness: twenty episodes with the scheduler, and with a plain loop that plays the same
/// episodes. The ratio minus one is the overhead.
/// </summary>
[SimpleJob(RunStrategy.Monitoring, launchCount: 1, warmupCount: 2, iterationCount: 20)]
public class HarnessShare
{
    private const int NEpisodes = 20;

    private readonly PushTConfig _env = new() { ObsType = "environment_state_agent_pos" };
    private IPolicy _policy = null!;

    [GlobalSetup]
    public void Setup() => _policy = Eval.MakePolicy(
        new LeRobotPolicies(), Repository.Checkpoint("pusht_act_keypoints"), _env, config => config.Device = DeviceName.Cpu);

    [GlobalCleanup]
    public void Cleanup() => _policy.Dispose();

    [Benchmark(Baseline = true)]
    public int PlainLoop()
    {
        using var benchmark = _env.Open();
        var task = benchmark.Tasks[0];
        using var environment = benchmark.Make(task);
        var observation = new Observation(environment.ObservationSpace.Select(_policy.ObservationKeys));
        double[] action = new double[environment.ActionSpace.Dimension];
        var one = new IPolicySession[1];
        int steps = 0;
        for (int i = 0; i < NEpisodes; i++)
        {
            var episode = task.Episode(i, EpisodeSpec.DefaultSeed);
            environment.Reset(episode);
            using var session = _policy.NewSession(episode);
            StepResult result;
            do
            {
                if (session.NeedsObservation)
                {
                    environment.Observe(observation);
                    session.Observe(observation);
                }

                if (session.NeedsInference)
                {
                    one[0] = session;
                    _policy.Infer(one, CancellationToken.None);
                }

                session.Act(action);
                result = environment.Step(action);
                steps++;
            }
            while (!result.Terminated && !result.Truncated);
        }

        return steps;
    }

    [Benchmark]
    public EvalInfo Scheduler() =>
        Eval.EvalPolicy(_env, _policy, new RolloutOptions { Eval = new EvalConfig { NEpisodes = NEpisodes, BatchSize = 1 } }).GetAwaiter().GetResult();
}
