using System.Text.Json;
using Benchmarks.PushT;
using EvalCore.Environments;
using EvalCore.Policies;
using static EvalCore.Torch.Tests.Closeness;

namespace EvalCore.Torch.Tests;

/// <summary>
/// Whole episodes of PushT against LeRobot's at batch size 1. Contacts magnify the last bits of an action, so a long episode
/// may end differently; the tests state how many do.
/// </summary>
public class ClosedLoopTests
{
    [Theory]
    [InlineData("pusht_act_keypoints", 1000)]
    [InlineData("pusht_act_keypoints", 1001)]
    [InlineData("pusht_act_keypoints", 1020)]
    public void An_episode_has_the_same_steps_and_success_as_in_LeRobot(string name, int seed)
    {
        using var trace = Goldens.Open($"checkpoints/{name}/trace_seed{seed}.safetensors");
        double[] rewards = trace.Read<double>("reward");
        float[] actions = trace.Read<float>("action");
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        using var policy = Make(name, env);
        var played = new List<float>();
        var episode = Play(policy, env, seed, played);

        Assert.Equal(rewards.Length, episode.Steps);
        Assert.Equal(trace.Read<byte>("success")[^1] == 1, episode.Success);
        Close(actions.AsSpan(0, 80), played.ToArray().AsSpan(0, 80), 1e-3, "the first 40 actions");
        Assert.Equal(rewards.Sum(), episode.SumReward, 0.01 * rewards.Sum());
    }

    [Theory]
    [InlineData("pusht_act_keypoints", 38)]
    [InlineData("pusht_act_keypoints_early", 21)]
    public void Fifty_episodes_succeed_and_fail_as_in_LeRobot(string name, int successes)
    {
        using var json = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"checkpoints/{name}/batch1_summary.json")));
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        using var policy = Make(name, env);
        var expected = json.RootElement.EnumerateArray().Select(e => (Seed: e.GetProperty("seed").GetInt32(), Success: e.GetProperty("success").GetBoolean(), Steps: e.GetProperty("steps").GetInt32())).ToList();
        var actual = expected.Select(e => Play(policy, env, e.Seed, null)).ToList();
        for (int i = 0; i < expected.Count; i++)
        {
            if (expected[i].Success != actual[i].Success || expected[i].Steps != actual[i].Steps)
                TestContext.Current.TestOutputHelper?.WriteLine($"seed {expected[i].Seed}: LeRobot {expected[i]}, here {actual[i]}");
        }

        Assert.Equal(successes, expected.Count(e => e.Success));
        Assert.Equal(expected.Select(e => e.Success), actual.Select(e => e.Success));
    }

    private static IPolicy Make(string name, PushTConfig env) =>
        TestPolicy.Config(Goldens.Checkpoint(name)).Make(PolicyContext.Of(env) with { Warn = Assert.Fail });

    private static (int Steps, bool Success, double SumReward) Play(IPolicy policy, PushTConfig config, int seed, List<float>? played)
    {
        using var benchmark = config.Open();
        var episode = benchmark.Tasks[0].Episode(seed - 1000, 1000);
        using var env = benchmark.Make(episode.Task);
        using var session = policy.NewSession(episode);
        var observation = new Observation(env.ObservationSpace.Select(policy.ObservationKeys));
        double[] action = new double[2];
        double sum = 0;
        env.Reset(episode);
        for (int step = 1; ; step++)
        {
            if (session.NeedsObservation)
            {
                env.Observe(observation);
                session.Observe(observation);
            }

            if (session.NeedsInference)
                policy.Infer([session], CancellationToken.None);
            session.Act(action);
            played?.AddRange([(float)action[0], (float)action[1]]);
            var result = env.Step(action);
            sum += result.Reward;
            if (result.Terminated || result.Truncated)
                return (step, result.Success, sum);
        }
    }
}
