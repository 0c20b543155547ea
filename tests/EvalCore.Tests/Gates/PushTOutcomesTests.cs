using System.Text.Json;
using EvalCore.Comparisons;
using EvalCore.Environments;
using EvalCore.Gates;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Gates;

/// <summary>
/// Gates over recorded outcomes of two trained PushT checkpoints, seeds 1000 and up: the later one succeeds in 80 % of 2,000 episodes,
/// the earlier one in 43 % of 1,300.
/// </summary>
public sealed class PushTOutcomesTests
{
    private const int Planned = 200;

    private static readonly JsonElement File = JsonDocument.Parse(System.IO.File.ReadAllText(Goldens.Find("statistics/pusht_outcomes.json"))).RootElement;

    private static readonly bool[] Later = Outcomes("pusht_act_keypoints"), Earlier = Outcomes("pusht_act_keypoints_early");

    /// <summary>Twenty ranges of 65 seeds that do not overlap: each is decided within them.</summary>
    [Fact]
    public void The_earlier_checkpoint_fails_against_the_later_one_within_40_episodes_on_average()
    {
        var decided = Enumerable.Range(0, 20).Select(i => Decide(Later.AsSpan(65 * i, 65), Earlier.AsSpan(65 * i, 65))).ToList();
        Assert.All(decided, gate => Assert.Equal(GateVerdict.Fail, gate.Verdict));
        Assert.Equal(27.0, decided.Average(gate => gate.DecidedAfter!.Value), 0.05);
    }

    /// <summary>The episodes of two ranges of seeds are unrelated, and the policy is the same: a fail is a false alarm.</summary>
    [Fact]
    public void A_checkpoint_against_itself_on_other_seeds_fails_as_rarely_as_alpha_says()
    {
        var verdicts = (
            from i in Enumerable.Range(0, 10)
            from j in Enumerable.Range(0, 10)
            where i != j
            select Decide(Later.AsSpan(Planned * i, Planned), Later.AsSpan(Planned * j, Planned)).Verdict).ToList();
        double alarms = verdicts.Count(verdict => verdict == GateVerdict.Fail) / (double)verdicts.Count;
        Assert.InRange(alarms, 0, 0.05 + 3 * Math.Sqrt(0.05 * 0.95 / verdicts.Count));
        Assert.Contains(GateVerdict.Pass, verdicts);
    }

    [Fact]
    public void A_checkpoint_against_itself_passes_after_43_episodes()
    {
        var gate = Decide(Later.AsSpan(0, Planned), Later.AsSpan(0, Planned));
        Assert.Equal((GateVerdict.Pass, 43), (gate.Verdict, gate.DecidedAfter));
    }

    private static BaselineGate Decide(ReadOnlySpan<bool> baseline, ReadOnlySpan<bool> policy)
    {
        var plan = new EpisodePlan([new EnvTask("pusht", "pusht", 0, "PushT-v0", "")], Planned, 1000, Shard.Whole);
        bool[] before = [.. baseline, .. new bool[Planned - baseline.Length]];
        var gate = new BaselineGate(new EvalInfo(plan.Select(episode => Record(episode, before[episode.Index])), 0, "", null), "baseline", plan, new GateOptions());
        for (int i = 0; i < policy.Length && gate.DecidedAfter is null; i++)
            gate.Add(Record(plan[i], policy[i]));
        return gate;
    }

    private static EpisodeRecord Record(EpisodeSpec episode, bool success) => new()
    {
        Suite = "pusht", TaskGroup = "pusht", TaskId = 0, Task = "PushT-v0", EpisodeIndex = episode.Index, Seed = episode.Seed,
        Steps = 1, SumReward = 0, MaxReward = 0, Success = success, Timings = null,
    };

    private static bool[] Outcomes(string checkpoint) => [.. File.GetProperty(checkpoint).GetString()!.Select(letter => letter == '1')];
}
