using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.History;

namespace EvalCore.Tests.History;

public sealed class BenchmarkReportTests : IDisposable
{
    private static readonly DateTime Measured = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true };

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_copy_of_a_report_has_the_same_keys()
    {
        var first = Read("a", Measured, Report("Toy-20260101", 4400, 5400));
        var copy = Read("b", Measured.AddDays(1), Report("Toy-20260101", 4400, 5400));
        Assert.Equal(2, first.Select(entry => entry.Key).Distinct().Count());
        Assert.Equal(first.Select(entry => entry.Key), copy.Select(entry => entry.Key));
        Assert.Equal([Measured, Measured.AddDays(1)], [first[0].FinishedAt.UtcDateTime, copy[0].FinishedAt.UtcDateTime]);
    }

    [Fact]
    public void A_report_of_another_time_or_commit_has_other_keys()
    {
        string[] keys =
        [
            Read("a", Measured, Report("Toy-20260101", 4400))[0].Key,
            Read("b", Measured, Report("Toy-20260102", 4400))[0].Key,
            Read("c", Measured, Report("Toy-20260101", 4400), "other")[0].Key,
        ];
        Assert.Equal(keys, keys.Distinct());
    }

    private IReadOnlyList<HistoryEntry> Read(string folder, DateTime modified, JsonObject report, string commit = "abc")
    {
        string file = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, folder)).FullName, "Toy-report-full.json");
        File.WriteAllText(file, report.ToJsonString(folder == "a" ? null : Indented));
        File.SetLastWriteTimeUtc(file, modified);
        return BenchmarkReport.Read(file, commit);
    }

    /// <summary>A report of one benchmark in several jobs, which have the same name.</summary>
    private static JsonObject Report(string title, params double[] medians) => new()
    {
        ["Title"] = title,
        ["HostEnvironmentInfo"] = new JsonObject { ["OsVersion"] = "Linux", ["ProcessorName"] = "A", ["LogicalCoreCount"] = 2, ["RuntimeVersion"] = ".NET 10" },
        ["Benchmarks"] = new JsonArray([.. medians.Select(median => (JsonNode)new JsonObject { ["FullName"] = "Toy.Step", ["Statistics"] = new JsonObject { ["Median"] = median } })]),
    };
}
