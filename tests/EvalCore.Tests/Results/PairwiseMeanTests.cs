using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Tests.Results;

public sealed class PairwiseMeanTests
{
    [Theory]
    [InlineData("pusht_act_keypoints")]
    [InlineData("pusht_act_keypoints_early")]
    public void Averages_equal_those_of_lerobot_eval_bit_for_bit(string checkpoint)
    {
        var info = JsonNode.Parse(File.ReadAllText(Goldens.Find($"checkpoints/{checkpoint}/eval_info.json")))!;
        var metrics = info["per_task"]![0]!["metrics"]!;
        Assert.Equal((double)info["overall"]!["avg_sum_reward"]!, PairwiseMean.Of(Numbers(metrics["sum_rewards"]!)));
        Assert.Equal((double)info["overall"]!["avg_max_reward"]!, PairwiseMean.Of(Numbers(metrics["max_rewards"]!)));
    }

    [Fact]
    public void The_mean_of_no_values_is_NaN() => Assert.Equal(double.NaN, PairwiseMean.Of([]));

    [Theory]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(128)]
    [InlineData(129)]
    [InlineData(1000)]
    public void The_mean_of_whole_numbers_is_exact(int count) =>
        Assert.Equal((count - 1) / 2.0, PairwiseMean.Of([.. Enumerable.Range(0, count).Select(i => (double)i)]));

    private static double[] Numbers(JsonNode array) => [.. array.AsArray().Select(number => (double)number!)];
}
