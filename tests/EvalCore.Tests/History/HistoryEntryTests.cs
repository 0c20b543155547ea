using System.Text.Json.Nodes;
using EvalCore.History;
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

    /// <summary>The series of a run with an option.</summary>
    private static string Series(string option, JsonNode? value)
    {
        var provenance = SyntheticRun.Provenance();
        provenance["options"]![option] = value?.DeepClone();
        return HistoryEntry.Of("run", SyntheticRun.Of(1, 2, provenance: provenance).Info).Series;
    }
}
