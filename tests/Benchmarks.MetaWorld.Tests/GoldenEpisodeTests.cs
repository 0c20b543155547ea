using Benchmarks.MetaWorld.Tasks;
using Safetensors;
using EvalCore.Tests;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>
/// Every task against four recorded episodes: two scripted ones of seeds 0 and 1, one of seed 1000, and random
/// actions. States are equal bit for bit. The original ran on a processor with AVX-512, where numpy's BLAS computes a norm
/// with fused multiply-adds and numpy has its own <c>exp</c> and <c>log</c>; on other processors it rounds as this port.
/// </summary>
public sealed class GoldenEpisodeTests
{
    /// <summary>The opening of the fingers is a norm.</summary>
    private const double LastBit = 2.3e-16;

    /// <summary>Rewards are up to 10, and add and divide a few norms.</summary>
    private const double LastPlaces = 4e-15;

    private static readonly (string Name, long Seed)[] Recorded =
        [("expert_s0", 0), ("expert_s1", 1), ("expert_s1000", 1000), ("random_s0", 0)];

    public static TheoryData<string> Tasks => [.. Catalog.All.Select(task => task.Name)];

    [Theory, MemberData(nameof(Tasks))]
    public void An_episode_is_the_recorded_one(string task)
    {
        using var golden = Goldens.Open($"metaworld/{task}.safetensors");
        Machine.NeedsMetaWorld();
        using var env = TestEnvironments.Make(task);
        foreach (var (episode, seed) in Recorded)
            Play(env, golden, task, episode, seed);
    }

    [Theory, MemberData(nameof(Tasks))]
    public void The_expert_acts_as_recorded(string task)
    {
        using var golden = Goldens.Open($"metaworld/{task}.safetensors");
        double[] action = new double[4];
        foreach (var (episode, _) in Recorded.Where(e => e.Name.StartsWith("expert", StringComparison.Ordinal)))
        {
            var observations = golden.Span<double>($"{episode}/obs");
            var actions = golden.Span<float>($"{episode}/action");
            for (int t = 0; t < actions.Length / 4; t++)
            {
                MetaWorldExpert.Act(Catalog.Get(task).Expert, observations.Slice(39 * t, 39), action);
                for (int i = 0; i < 4; i++)
                    Assert.True(actions[4 * t + i] == action[i], $"{episode}, step {t}, action {i}: {action[i]:R}, recorded {actions[4 * t + i]:R}");
            }
        }
    }

    private static void Play(MetaWorldEnvironment env, SafetensorsFile golden, string task, string episode, long seed)
    {
        var actions = golden.Span<float>($"{episode}/action");
        var info = golden.Span<double>($"{episode}/info");
        var rewards = golden.Span<double>($"{episode}/reward");
        var successes = golden.Span<double>($"{episode}/success");
        int steps = actions.Length / 4;

        env.Reset(TestEnvironments.Episode(task, seed));
        Equal($"{episode}, random vector", golden.Span<double>($"{episode}/rand_vec"), env.Task.Random, 0);
        AssertState(0);
        double[] action = new double[4];
        for (int t = 0; t < steps; t++)
        {
            for (int i = 0; i < 4; i++)
                action[i] = actions[4 * t + i];
            var result = env.Step(action);
            AssertState(t + 1);
            Assert.True(result.Success == (successes[t] == 1), $"{episode}, step {t}: success {result.Success}, recorded {successes[t]}");
            Assert.Equal(result.Success, result.Terminated);
            Assert.Equal(t + 1 == 500, result.Truncated);
            var o = env.Outcome;
            double[] played = [o.NearObject, o.GraspSuccess, o.GraspReward, o.InPlaceReward, o.ObjectToTarget, o.Reward];
            Equal($"{episode}, step {t}, info", info.Slice(6 * t, 6), played, LastPlaces);
            Equal($"{episode}, step {t}, reward", rewards.Slice(t, 1), [result.Reward], LastPlaces);
        }

        void AssertState(int row)
        {
            var data = env.Simulation.Data;
            Equal($"{episode}, row {row}, qpos", Row(golden, $"{episode}/qpos", row, data.qpos.Length), data.qpos, 0);
            Equal($"{episode}, row {row}, qvel", Row(golden, $"{episode}/qvel", row, data.qvel.Length), data.qvel, 0);
            Equal($"{episode}, row {row}, qacc_warmstart", Row(golden, $"{episode}/qacc_warmstart", row, data.qvel.Length), data.qacc_warmstart, 0);
            Equal($"{episode}, row {row}, mocap_pos", Row(golden, $"{episode}/mocap_pos", row, 3), data.mocap_pos, 0);
            Equal($"{episode}, row {row}, mocap_quat", Row(golden, $"{episode}/mocap_quat", row, 4), data.mocap_quat, 0);
            Equal($"{episode}, row {row}, obs", Row(golden, $"{episode}/obs", row, 39), env.Observation, LastBit);
        }
    }

    private static ReadOnlySpan<double> Row(SafetensorsFile file, string name, int row, int length) =>
        file.Span<double>(name).Slice(row * length, length);

    private static void Equal(string what, ReadOnlySpan<double> expected, ReadOnlySpan<double> actual, double tolerance)
    {
        Assert.Equal(expected.Length, actual.Length);
        for (int i = 0; i < expected.Length; i++)
        {
            if (!(Math.Abs(expected[i] - actual[i]) <= tolerance))
                Assert.Fail($"{what}[{i}]: {actual[i]:R}, recorded {expected[i]:R}");
        }
    }
}
