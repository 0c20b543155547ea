using EvalCore.Statistics;
using FsCheck.Xunit;

namespace EvalCore.Tests.Statistics;

public sealed class StandardNormalTests
{
    /// <summary>Computed with Python 3's <c>statistics.NormalDist().inv_cdf</c>.</summary>
    [Theory]
    [InlineData(1e-300, -37.0470962993612)]
    [InlineData(1e-20, -9.262340089798405)]
    [InlineData(1e-5, -4.2648907939228256)]
    [InlineData(0.01, -2.3263478740408408)]
    [InlineData(0.07, -1.4757910281791702)]
    [InlineData(0.075, -1.4395314709384557)]
    [InlineData(0.3, -0.5244005127080407)]
    [InlineData(0.5, 0)]
    [InlineData(0.925, 1.439531470938456)]
    [InlineData(0.93, 1.4757910281791708)]
    [InlineData(0.975, 1.9599639845400536)]
    [InlineData(0.9999999, 5.199337582290662)]
    public void Quantiles_are_Pythons_to_the_last_bit(double p, double expected) =>
        Assert.Equal(expected, StandardNormal.Quantile(p));

    [Property]
    public void Quantiles_grow_with_the_probability(ushort a, ushort b)
    {
        double x = StandardNormal.Quantile((a + 0.5) / 65536), y = StandardNormal.Quantile((b + 0.5) / 65536);
        Assert.Equal(Math.Sign(a.CompareTo(b)), x.CompareTo(y));
    }

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(-0.1)]
    [InlineData(double.NaN)]
    public void Only_a_probability_has_a_quantile(double p) =>
        Assert.Throws<ArgumentOutOfRangeException>(() => StandardNormal.Quantile(p));
}
