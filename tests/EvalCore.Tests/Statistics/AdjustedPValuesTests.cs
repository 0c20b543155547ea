using EvalCore.Statistics.Multiple;
using static EvalCore.Tests.Statistics.ReferenceRows;

namespace EvalCore.Tests.Statistics;

public sealed class AdjustedPValuesTests
{
    [Fact]
    public void Adjusted_values_are_statsmodels() => Assert.All(Of("multiple.json"), row =>
    {
        double[] p = [.. row["p"]!.AsArray().Select(value => (double)value!)];
        Assert.All(AdjustedPValues.Holm(p).Zip(row["holm"]!.AsArray()), pair => Near(pair.Second, pair.First));
        Assert.All(AdjustedPValues.BenjaminiHochberg(p).Zip(row["benjamini_hochberg"]!.AsArray()), pair => Near(pair.Second, pair.First));
    });
}
