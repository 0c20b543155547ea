using EvalCore.Statistics;
using EvalCore.Statistics.Intervals;
using static EvalCore.Tests.Statistics.ReferenceRows;

namespace EvalCore.Tests.Statistics;

public sealed class IntervalTests
{
    [Fact]
    public void Clopper_Pearson_intervals_are_scipys() => Assert.All(Of("intervals.json"), row =>
    {
        var (k, n, level) = ((int)row["k"]!, (int)row["n"]!, (double)row["level"]!);
        Near(row["clopper_pearson"], ClopperPearsonInterval.Of(k, n, level));
        Near(row["clopper_pearson_lower"], ClopperPearsonInterval.Lower(k, n, level));
        Near(row["clopper_pearson_upper"], ClopperPearsonInterval.Upper(k, n, level));
    });

    [Fact]
    public void Jeffreys_intervals_are_statsmodels() => Assert.All(Of("intervals.json"), row =>
        Near(row["jeffreys"], JeffreysInterval.Of((int)row["k"]!, (int)row["n"]!, (double)row["level"]!)));

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(17)]
    [InlineData(199)]
    [InlineData(200)]
    public void A_Clopper_Pearson_bound_is_the_rate_that_a_binomial_test_just_rejects(int k)
    {
        var (low, high) = ClopperPearsonInterval.Of(k, 200);
        if (k > 0)
            Near(0.025, new Binomial(200, low).AtLeast(k));
        if (k < 200)
            Near(0.025, new Binomial(200, high).AtMost(k));
    }

    [Fact]
    public void Without_trials_there_is_no_exact_interval() =>
        Assert.Equal(new Interval(double.NaN, double.NaN), ClopperPearsonInterval.Of(0, 0));

    [Fact]
    public void More_successes_than_trials_are_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => ClopperPearsonInterval.Of(3, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => JeffreysInterval.Of(-1, 2));
        Assert.Throws<ArgumentOutOfRangeException>(() => JeffreysInterval.Of(1, 2, level: 1));
    }
}
