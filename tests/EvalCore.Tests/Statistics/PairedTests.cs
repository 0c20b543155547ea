using System.Text.Json.Nodes;
using EvalCore.Statistics;
using EvalCore.Statistics.Paired;
using static EvalCore.Tests.Statistics.ReferenceRows;

namespace EvalCore.Tests.Statistics;

public sealed class PairedTests
{
    [Fact]
    public void McNemars_test_is_scipys() => Assert.All(Of("paired.json"), row =>
    {
        var outcomes = Outcomes(row);
        Near(row["mcnemar_two-sided"], McNemarTest.TwoSided(outcomes));
        Near(row["mcnemar_midp_two-sided"], McNemarTest.MidPTwoSided(outcomes));
        Near(row["mcnemar_second_worse"], McNemarTest.SecondWorse(outcomes));
        Near(row["mcnemar_second_better"], McNemarTest.SecondBetter(outcomes));
    });

    [Fact]
    public void Tangos_interval_is_the_reference() => Assert.All(Of("paired.json"), row =>
    {
        Near(row["tango_90"], TangoInterval.Of(Outcomes(row), 0.9));
        Near(row["tango_95"], TangoInterval.Of(Outcomes(row)));
    });

    [Fact]
    public void Newcombes_paired_interval_is_the_reference() => Assert.All(Of("paired.json"), row =>
    {
        Near(row["newcombe_paired_90"], NewcombePairedInterval.Of(Outcomes(row), 0.9));
        Near(row["newcombe_paired_95"], NewcombePairedInterval.Of(Outcomes(row)));
    });

    /// <summary>The example of Newcombe's paper, whose difference is first minus second.</summary>
    [Fact]
    public void Newcombes_paired_interval_is_as_published()
    {
        var (low, high) = NewcombePairedInterval.Of(new PairedOutcomes(36, 12, 2, 0));
        Assert.Equal((0.0569, 0.3404), (Math.Round(-high, 4), Math.Round(-low, 4)));
    }

    [Fact]
    public void Outcomes_are_counted()
    {
        Assert.Equal(new PairedOutcomes(1, 2, 1, 1), PairedOutcomes.Of([true, true, true, false, false], [true, false, false, true, false]));
        Assert.Throws<ArgumentException>(() => PairedOutcomes.Of([true], []));
    }

    [Fact]
    public void Without_pairs_there_is_no_interval()
    {
        Assert.Equal(new Interval(double.NaN, double.NaN), TangoInterval.Of(default));
        Assert.Equal(new Interval(double.NaN, double.NaN), NewcombePairedInterval.Of(default));
        Assert.Equal(1, McNemarTest.TwoSided(default));
    }

    private static PairedOutcomes Outcomes(JsonObject row) => new((int)row["n11"]!, (int)row["n10"]!, (int)row["n01"]!, (int)row["n00"]!);
}
