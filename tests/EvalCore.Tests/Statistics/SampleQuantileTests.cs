using EvalCore.Statistics;
using FsCheck.Xunit;

namespace EvalCore.Tests.Statistics;

public sealed class SampleQuantileTests
{
    /// <summary>numpy 2: <c>numpy.quantile(values, share)</c>.</summary>
    [Theory]
    [InlineData(7, 0.1, 7.0)]
    [InlineData(1.5, 0.5, 1.0, 2.0)]
    [InlineData(2, 0.5, 1.0, 2.0, 10.0)]
    [InlineData(3, 0.5, 1.0, 2.0, 4.0, 10.0)]
    [InlineData(1.3, 0.1, 1.0, 2.0, 4.0, 10.0)]
    [InlineData(8.2, 0.9, 1.0, 2.0, 4.0, 10.0)]
    [InlineData(10, 1, 1.0, 2.0, 4.0, 10.0)]
    [InlineData(2, 0.5, 1.0, 2.0, double.PositiveInfinity)]
    public void Quantiles_are_numpys(double expected, double share, params double[] sorted) => Assert.Equal(expected, SampleQuantile.Of(sorted, share), 1e-12);

    [Property]
    public void A_quantile_is_within_the_sample(int[] values, byte share)
    {
        double[] sorted = [.. values.Select(value => (double)value).Order()];
        if (sorted.Length > 0)
            Assert.InRange(SampleQuantile.Of(sorted, share / 255.0), sorted[0] - 1e-6, sorted[^1] + 1e-6);
    }
}
