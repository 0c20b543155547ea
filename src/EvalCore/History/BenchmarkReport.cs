using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.History;

/// <summary>Reads the results that BenchmarkDotNet exports as JSON: <c>*-report*.json</c>.</summary>
public static class BenchmarkReport
{
    /// <summary>Whether a file has the name of a report of BenchmarkDotNet.</summary>
    public static bool IsNamed(string path) => Path.GetFileName(path).Contains("-report", StringComparison.Ordinal) && Path.GetExtension(path) == ".json";

    /// <summary>Reads a report.</summary>
    /// <param name="path">The file.</param>
    /// <param name="measured">The git commit that was measured, which the report does not have; null for that of the working folder.</param>
    /// <exception cref="EvalCoreException">The file is not such a report.</exception>
    public static IReadOnlyList<HistoryEntry> Read(string path, string? measured = null)
    {
        string commit = measured ?? Provenance.GitCommit(Directory.GetCurrentDirectory()) ?? "";
        var report = JsonFile.Read(path, "a report of BenchmarkDotNet");
        string content = HistoryEntry.Hash(report);
        var at = new DateTimeOffset(File.GetLastWriteTimeUtc(path), TimeSpan.Zero);
        if (report["Benchmarks"] is not JsonArray benchmarks || report["HostEnvironmentInfo"] is not JsonObject host)
            throw Other(path);
        var machine = new JsonArray(host["OsVersion"]?.DeepClone(), host["ProcessorName"]?.DeepClone(), host["LogicalCoreCount"]?.DeepClone(), host["RuntimeVersion"]?.DeepClone());
        return
        [
            .. benchmarks.Where(benchmark => benchmark?["Statistics"] is JsonObject).Select(benchmark =>
            {
                string name = Merge.Text(benchmark!["FullName"]) ?? throw Other(path);
                double median = benchmark["Statistics"]!["Median"] is JsonValue value && value.TryGetValue(out double ns) && ns is > 0 and < double.PositiveInfinity ? ns * 1e-9 : throw Other(path);
                return new HistoryEntry
                {
                    // A copy of the report has another time of modification. A report may have a name twice, of two jobs.
                    Key = HistoryEntry.Hash(new JsonArray(name, commit, content, median)), Kind = HistoryKind.Benchmark, FinishedAt = at, Commit = commit,
                    Name = name, Suite = "", Policy = "", Episodes = 0, Successes = 0, Seconds = median, Series = HistoryEntry.Hash(new JsonArray(name, machine.DeepClone())),
                };
            }),
        ];
    }

    private static EvalCoreException Other(string path) => new($"{path}: is not a report of BenchmarkDotNet (--exporters json)");
}
