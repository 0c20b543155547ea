using System.Xml.Linq;
using EvalCore.Results;
using EvalCore.Statistics.Paired;
using EvalCore.Training;

namespace EvalCore.Tests.Training;

public sealed class CheckpointRankingTests
{
    [Fact]
    public void The_best_has_the_most_successes_then_the_highest_reward_then_the_fewest_steps()
    {
        Assert.Equal(2, Best((1, "110"), (2, "111"), (3, "001")));
        Assert.Equal(1, Best((1, "111"), (2, "111"), (3, "111")));
        var ranking = CheckpointRanking.Of([Of(1, "110", 0.5), Of(2, "011", 0.9), Of(3, "101", 0.6)]);
        Assert.Equal(2, ranking.Best!.Evaluated.Checkpoint.Step);
        Assert.Null(CheckpointRanking.Of([]).Best);

        static long? Best(params (int Step, string Outcomes)[] checkpoints) =>
            CheckpointRanking.Of(checkpoints.Select(checkpoint => Of(checkpoint.Step, checkpoint.Outcomes))).Best?.Evaluated.Checkpoint.Step;
    }

    /// <summary>
    /// 30 pairs that only the best won: 3 times 2 / 2^30 for the smallest of three p-values; the pair of the two equal ones takes part.
    /// </summary>
    [Fact]
    public void P_values_are_those_of_McNemar_adjusted_for_all_pairs_of_checkpoints()
    {
        string all = new('1', 40), some = new string('1', 10) + new string('0', 30);
        var ranking = CheckpointRanking.Of([Of(20, some), Of(10, all), Of(30, some)]);
        Assert.Equal([10, 20, 30], ranking.Ranked.Select(checkpoint => checkpoint.Evaluated.Checkpoint.Step));
        Assert.Equal([true, false, false], ranking.Ranked.Select(checkpoint => checkpoint.IsBest));
        Assert.Equal([true, false, false], ranking.Ranked.Select(checkpoint => checkpoint.IsIndistinguishable));
        double p = McNemarTest.TwoSided(new PairedOutcomes(10, 30, 0, 0));
        Assert.All(ranking.Ranked.Skip(1), checkpoint =>
        {
            Assert.Equal(p, checkpoint.PValue, 1e-15);
            Assert.Equal(3 * p, checkpoint.Holm, 1e-15);
            Assert.Equal(-0.75, checkpoint.Difference, 1e-12);
        });
    }

    [Fact]
    public void One_without_a_result_is_listed_and_does_not_count()
    {
        var failed = new EvaluatedCheckpoint(new Checkpoint(2, "2", "2"), "out/2", null, "damaged");
        var ranking = CheckpointRanking.Of([Of(3, "1010"), failed, Of(1, "1011")]);
        Assert.Equal([1, 2, 3], ranking.All.Select(checkpoint => checkpoint.Checkpoint.Step));
        Assert.Equal([1, 3], ranking.Ranked.Select(checkpoint => checkpoint.Evaluated.Checkpoint.Step));
    }

    [Fact]
    public void The_best_is_one_of_those_with_the_most_episodes()
    {
        var ranking = CheckpointRanking.Of([Of(1, "1111"), Of(2, "010001")]);
        Assert.Equal(2, ranking.Best!.Evaluated.Checkpoint.Step);
        Assert.Equal((4, 0.75), (ranking.Ranked[0].Outcomes.Count, ranking.Ranked[0].Difference));
    }

    [Fact]
    public void An_episode_that_could_not_be_played_is_no_reason_against_a_checkpoint()
    {
        var ranking = CheckpointRanking.Of([Of(1000, "1x"), Of(2000, "00")]);
        Assert.Equal(1000, ranking.Best!.Evaluated.Checkpoint.Step);
        Assert.Equal([1, 0], ranking.Ranked.Select(checkpoint => checkpoint.Errors));
        Assert.Equal((1, -1.0), (ranking.Ranked[1].Outcomes.Count, ranking.Ranked[1].Difference));

        // Nor for one: the episode was hard, as the other checkpoint shows.
        Assert.Equal(1, CheckpointRanking.Of([Of(1, "0111"), Of(2, "x111")]).Best!.Evaluated.Checkpoint.Step);

        // One of which hardly anything was played does not decide by what the others are compared.
        Assert.Equal(3, CheckpointRanking.Of([Of(1, "1xxxx"), Of(2, "10011"), Of(3, "11101")]).Best!.Evaluated.Checkpoint.Step);

        // Without a common episode the rates of each count.
        ranking = CheckpointRanking.Of([Of(1, "01xx"), Of(2, "xx11")]);
        Assert.Equal(2, ranking.Best!.Evaluated.Checkpoint.Step);
        Assert.True(double.IsNaN(ranking.Ranked[0].Difference) && ranking.Ranked[0].IsIndistinguishable);
    }

    [Fact]
    public void One_of_which_no_episode_could_be_played_has_no_result()
    {
        var ranking = CheckpointRanking.Of([Of(1, "xx"), Of(2, "00")]);
        Assert.Equal([1, 2], ranking.All.Select(checkpoint => checkpoint.Checkpoint.Step));
        Assert.Equal(2, Assert.Single(ranking.Ranked).Evaluated.Checkpoint.Step);
        Assert.Null(CheckpointRanking.Of([Of(1, "xx")]).Best);

        var (checkpoint, folder, info) = (new Checkpoint(1, "1", "checkpoints/1"), "out/1", Of(1, "xx").Info!);
        Assert.Equal(new EvaluatedCheckpoint(checkpoint, folder, null, "no episode could be played: broken"), EvaluatedCheckpoint.Of(checkpoint, folder, info));
    }

    /// <summary>
    /// Of equal checkpoints one is called worse than the best in at most 5 % of the runs, though the best is chosen by the same
    /// episodes. Adjusted for the comparisons with the best alone, it would be twice as many.
    /// </summary>
    [Fact]
    public void Of_equal_checkpoints_one_is_called_worse_as_rarely_as_alpha_says()
    {
        const int Runs = 400, Checkpoints = 12;
        var random = new Random(5);
        int alarms = 0, ofTheBestAlone = 0;
        for (int run = 0; run < Runs; run++)
        {
            var ranking = CheckpointRanking.Of(Enumerable.Range(1, Checkpoints).Select(step =>
                Of(step, string.Concat(Enumerable.Range(0, 100).Select(_ => random.NextDouble() < 0.7 ? '1' : '0')))));
            alarms += ranking.Ranked.Any(checkpoint => !checkpoint.IsIndistinguishable) ? 1 : 0;
            ofTheBestAlone += ranking.Ranked.Any(checkpoint => checkpoint.PValue * (Checkpoints - 1) <= 0.05) ? 1 : 0;
        }

        Assert.InRange((double)alarms / Runs, 0.0, 0.05);
        Assert.True((double)ofTheBestAlone / Runs > 0.05 + Math.Sqrt(0.05 * 0.95 / Runs));
    }

    [Fact]
    public void Checkpoints_with_different_numbers_of_episodes_are_compared_on_those_that_both_have()
    {
        var ranking = CheckpointRanking.Of([Of(1, "1111"), Of(2, "11011011"), Of(3, "11110111")]);
        Assert.Equal(3, ranking.Best!.Evaluated.Checkpoint.Step);
        Assert.Equal([4, 8, 8], ranking.Ranked.Select(checkpoint => checkpoint.Outcomes.Count));
        Assert.Equal([0, -1.0 / 8, 0], ranking.Ranked.Select(checkpoint => checkpoint.Difference));
    }

    [Fact]
    public void The_plot_is_SVG_with_a_point_for_each_checkpoint()
    {
        var plot = XDocument.Parse(SuccessPlot.Of(CheckpointRanking.Of([Of(1000, "1100"), Of(2000, "1110"), Of(3000, "0110")])));
        var elements = plot.Descendants().ToList();
        Assert.Equal(3, elements.Count(element => element.Name.LocalName == "ellipse"));
        string[] texts = [.. elements.Where(element => element.Name.LocalName == "text").Select(element => element.Value)];
        Assert.Contains("training step", texts);
        Assert.Contains("success rate (%)", texts);
        Assert.Contains("2 k", texts);
        Assert.Contains("4 episodes each, 95 % intervals; best: step 2000; filled: cannot be told from it", texts);
        Assert.Contains("1 to 2 episodes each", SuccessPlot.Of(CheckpointRanking.Of([Of(1, "1x"), Of(2, "11")])), StringComparison.Ordinal);

        // One checkpoint, and none, have a plot too.
        XDocument.Parse(SuccessPlot.Of(CheckpointRanking.Of([Of(1000, "1100")])));
        XDocument.Parse(SuccessPlot.Of(CheckpointRanking.Of([])));
    }

    /// <summary>A checkpoint with its outcomes: 1 for a success, 0 for a failure, x for an episode that could not be played.</summary>
    private static EvaluatedCheckpoint Of(int step, string outcomes, double maxReward = 0.5)
    {
        var episodes = outcomes.Select((outcome, k) => new EpisodeRecord
        {
            Suite = "walk", TaskGroup = "walks", TaskId = 0, Task = "left", EpisodeIndex = k, Seed = 1000 + k,
            Steps = outcome == 'x' ? null : 1, SumReward = 0, MaxReward = outcome == 'x' ? 0 : maxReward, Success = outcome == '1', Error = outcome == 'x' ? "broken" : null,
            Timings = new(0, 0, 0, 0, 0),
        });
        return new EvaluatedCheckpoint(new Checkpoint(step, $"{step}", $"checkpoints/{step}"), $"out/{step}", new EvalInfo(episodes, 1, "", null), null);
    }
}
