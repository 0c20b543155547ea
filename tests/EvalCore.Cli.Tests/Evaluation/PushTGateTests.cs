using EvalCore.Comparisons;
using EvalCore.Gates;
using EvalCore.Results;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>Gates of the trained PushT checkpoints: the later one succeeds in 76 % of 50 episodes, the earlier one in 42 %.</summary>
[Collection(nameof(DeterminismTests))]
public sealed class PushTGateTests(DeterminismTests.OneByOne oneByOne) : IClassFixture<DeterminismTests.OneByOne>
{
    [Theory]
    [InlineData(1, false)]
    [InlineData(2, false)]
    [InlineData(2, true)]
    [InlineData(5, false)]
    [InlineData(5, true)]
    [InlineData(10, false)]
    [InlineData(10, true)]
    public async Task A_threshold_gate_stops_early_with_the_full_runs_verdict_for_every_batch_size(int batchSize, bool useAsyncEnvs)
    {
        Gate? gate = null;
        var info = await PushTEvaluation.Run(
            "pusht_act_keypoints", 50, batchSize, useAsyncEnvs, rule: plan => gate = new ThresholdGate(plan, 70, _ => 0, _ => 0));
        Assert.True(oneByOne.Info.Overall.PcSuccess >= 70);

        // With the 35th success.
        int needed = oneByOne.Info.Episodes.Where(episode => episode.Success).ElementAt(34).EpisodeIndex + 1;
        Assert.InRange(needed, 36, 49);
        Assert.Equal((GateVerdict.Pass, needed), (gate!.Verdict, gate.DecidedAfter));
        Assert.Equal(
            PushTEvaluation.PerEpisode(new EvalInfo(oneByOne.Info.Episodes.Take(needed), 0, "", null)), PushTEvaluation.PerEpisode(info));
    }

    [Theory]
    [InlineData(1, false)]
    [InlineData(10, true)]
    public async Task The_earlier_checkpoint_fails_against_the_later_one_before_all_episodes_are_played(int batchSize, bool useAsyncEnvs)
    {
        BaselineGate? gate = null;
        var info = await PushTEvaluation.Run(
            "pusht_act_keypoints_early", 50, batchSize, useAsyncEnvs, rule: plan => gate = new BaselineGate(oneByOne.Info, "baseline", plan, new GateOptions()));
        Assert.Equal(GateVerdict.Fail, gate!.Verdict);
        Assert.InRange(info.Episodes.Count, 5, 40);
        var comparison = Comparison.Of(oneByOne.Info, info, new ComparisonOptions { NPlanned = 50 });
        Assert.Equal((GateVerdict.Fail, info.Episodes.Count), (comparison.Verdict, comparison.Sequential!.DecidedAfter!.Value));
    }
}
