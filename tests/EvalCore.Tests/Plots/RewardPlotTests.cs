using EvalCore.Plots;
using OxyPlot.Series;

namespace EvalCore.Tests.Plots;

public sealed class RewardPlotTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(200, 200)]
    [InlineData(201, 101)]
    [InlineData(399, 200)]
    [InlineData(1000, 200)]
    public void At_most_200_steps_are_read(int steps, int points) => Assert.Equal(points, Median(new double[steps]).Count);

    [Fact]
    public void Steps_count_from_1() =>
        Assert.Equal([(1, 0.5), (2, 0.25), (3, 1)], Median([0.5, 0.25, 1]).Select(point => ((int)point.X, point.Y)));

    private static List<OxyPlot.DataPoint> Median(double[] rewards) => RewardPlot.Model([rewards], []).Series.OfType<LineSeries>().Single(series => series is not AreaSeries).Points;
}
