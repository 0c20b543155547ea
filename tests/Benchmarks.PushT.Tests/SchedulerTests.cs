using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Evaluation;
using EvalCore.Policies;
using EvalCore.Rollout;
using EvalCore.Tests;

namespace Benchmarks.PushT.Tests;

/// <summary>
/// Episodes played by the scheduler are lerobot-eval's at batch size 1, whatever our own batch size and stepping mode:
/// success exactly, sums of rewards within 1e-10, the largest within 1e-12 (the peer's area is itself not reproducible
/// to the last bit).
/// </summary>
public sealed class SchedulerTests
{
    public static TheoryData<string, int, bool> Cases => new MatrixTheoryData<string, int, bool>(
        ["formula", "replay"], [1, 5, 8, 20], [false, true]);

    [Theory]
    [MemberData(nameof(Cases))]
    public async Task Episodes_are_lerobots_at_any_batch_size(string name, int nEnvs, bool useAsyncEnvs)
    {
        using IPolicy policy = name == "formula" ? new FormulaPolicy() : new ReplayPolicy();
        using var theirs = JsonDocument.Parse(File.ReadAllText(Goldens.Find($"pusht/eval/{name}_bs1_eval_policy.json")));
        var expected = JsonNode.Parse(File.ReadAllText(Goldens.Find($"pusht/eval/{name}_bs1_eval_info.json")))!["overall"]!;
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };

        var info = await Eval.EvalPolicy(env, policy, new RolloutOptions
        {
            Eval = new EvalConfig { NEpisodes = 20, BatchSize = nEnvs, UseAsyncEnvs = useAsyncEnvs },
        });

        Assert.Equal(20, info.Episodes.Count);
        foreach (var (episode, ours) in theirs.RootElement.GetProperty("per_episode").EnumerateArray().Zip(info.Episodes))
        {
            Assert.Equal(episode.GetProperty("episode_ix").GetInt32(), ours.EpisodeIndex);
            Assert.Equal(episode.GetProperty("seed").GetInt64(), ours.Seed);
            Assert.Equal(episode.GetProperty("success").GetBoolean(), ours.Success);
            Assert.Equal(episode.GetProperty("sum_reward").GetDouble(), ours.SumReward, 1e-10);
            Assert.Equal(episode.GetProperty("max_reward").GetDouble(), ours.MaxReward, 1e-12);
        }

        Assert.Equal((double)expected["pc_success"]!, info.Overall.PcSuccess);
        Assert.Equal((double)expected["avg_sum_reward"]!, info.Overall.AvgSumReward, 1e-10);
        Assert.Equal((double)expected["avg_max_reward"]!, info.Overall.AvgMaxReward, 1e-12);
    }
}
