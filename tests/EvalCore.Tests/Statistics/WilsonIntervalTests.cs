using System.Text.Json.Nodes;
using EvalCore.Statistics;
using EvalCore.Statistics.Intervals;

namespace EvalCore.Tests.Statistics;

public sealed class WilsonIntervalTests
{
    [Fact]
    public void Intervals_are_statsmodels()
    {
        var rows = JsonNode.Parse(File.ReadAllText(Goldens.Find("statistics/intervals.json")))!.AsArray();
        Assert.NotEmpty(rows);
        Assert.All(rows, row =>
        {
            var interval = WilsonInterval.Of((int)row!["k"]!, (int)row["n"]!, (double)row["level"]!);
            Near((double)row["wilson"]![0]!, interval.Low);
            Near((double)row["wilson"]![1]!, interval.High);
        });
    }

    /// <summary>Computed with LeRobot 0.7's <c>wilson_interval</c>, which uses Python's normal quantile.</summary>
    [Theory]
    [InlineData(9, 10, 0.5958499732047616, 0.982123786904927)]
    [InlineData(0, 10, 0, 0.27753279986288915)]
    [InlineData(10, 10, 0.7224672001371109, 1)]
    public void Intervals_are_LeRobots_to_the_last_bit(int successes, int trials, double low, double high) =>
        Assert.Equal(new Interval(low, high), WilsonInterval.Of(successes, trials));

    [Fact]
    public void A_rate_of_0_or_1_has_an_exact_bound()
    {
        for (int trials = 1; trials <= 300; trials++)
        {
            Assert.Equal(0, WilsonInterval.Of(0, trials).Low);
            Assert.Equal(1, WilsonInterval.Of(trials, trials).High);
        }
    }

    [Fact]
    public void Without_trials_there_is_no_interval() =>
        Assert.Equal(new Interval(double.NaN, double.NaN), WilsonInterval.Of(0, 0));

    [Theory]
    [InlineData(-1, 10, 0.95)]
    [InlineData(11, 10, 0.95)]
    [InlineData(1, 10, -1)]
    [InlineData(1, 10, 1)]
    [InlineData(1, 10, double.NaN)]
    public void Impossible_counts_and_levels_are_rejected(int successes, int trials, double level) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => WilsonInterval.Of(successes, trials, level));

    /// <summary>1e-9 relative, as the reference's description says; rounding leaves it 1e-17 where the bound is 0.</summary>
    private static void Near(double expected, double actual) => Assert.Equal(expected, actual, 1e-9 * Math.Max(expected, 1e-6));
}
