using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.History;
using EvalCore.Results;
using EvalCore.Tests.Reports;

namespace EvalCore.Tests.History;

public sealed class HistoryEntryTests
{
    [Fact]
    public void Flags_that_do_not_change_what_is_evaluated_begin_no_other_series()
    {
        string series = Series("seed", 1000);
        Assert.All(
            (JsonObject[])[new() { ["output_dir"] = "other" }, new() { ["job_name"] = "other" }, new() { ["history"] = "runs.db" }, new() { ["report"] = false }, new() { ["seed"] = 1 }],
            option => Assert.Equal(series, Series(option.First().Key, option.First().Value)));
        Assert.NotEqual(series, Series("rename_map", new JsonObject { ["a"] = "b" }));
        Assert.NotEqual(series, Series("shard", "0/2"));
    }

    [Theory]
    [InlineData(double.NaN, "NaN")]
    [InlineData(double.PositiveInfinity, "Infinity")]
    [InlineData(-1, "-1")]
    public void A_result_without_a_possible_time_is_refused(double seconds, string text)
    {
        var info = SyntheticRun.Of(1, 2).Info;
        Assert.Equal(
            $"history: run: its eval_info.json has the eval_s {text}, which is no time in seconds",
            Assert.Throws<EvalCoreException>(() => HistoryEntry.Of("run", new EvalInfo(info.Episodes, seconds, "run", info.Provenance))).Message);
    }

    [Theory]
    [InlineData("gestern", "\"gestern\"")]
    [InlineData(3, "3")]
    [InlineData(null, "none")]
    public void A_result_that_does_not_say_when_it_finished_is_refused(object? at, string text)
    {
        var provenance = SyntheticRun.Provenance();
        provenance["finished_at"] = JsonSerializer.SerializeToNode(at);
        Assert.Equal(
            $"history: run: its eval_info.json does not say when the run finished (finished_at: {text})",
            Assert.Throws<EvalCoreException>(() => HistoryEntry.Of("run", SyntheticRun.Of(1, 2, provenance: provenance).Info)).Message);
    }

    /// <summary>The series of a run with an option.</summary>
    private static string Series(string option, JsonNode? value)
    {
        var provenance = SyntheticRun.Provenance();
        provenance["options"]![option] = value?.DeepClone();
        return HistoryEntry.Of("run", SyntheticRun.Of(1, 2, provenance: provenance).Info).Series;
    }
}
