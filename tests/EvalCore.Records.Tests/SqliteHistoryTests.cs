using EvalCore.History;
using Microsoft.Data.Sqlite;

namespace EvalCore.Records.Tests;

/// <summary>Histories of other versions, empty ones, and episodes that could not be played.</summary>
public sealed class SqliteHistoryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly SqliteHistory _format = new();

    private string File => Path.Combine(_folder, "runs.db");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_entry_has_the_number_of_its_errors()
    {
        using var history = _format.Open(File, create: true);
        Assert.Equal(2, history.Add([Entry("a", 0), Entry("b", 3)]));
        Assert.Equal(0, history.Add([Entry("b", 3)]));
        Assert.Equal([("a", 10, 0), ("b", 10, 3)], history.Entries().Select(entry => (entry.Key, entry.Episodes, entry.Errors)));
    }

    [Fact]
    public void A_result_of_a_resumed_run_replaces_the_earlier_one()
    {
        using var history = _format.Open(File, create: true);
        Assert.Equal(3, history.Add([Entry("a", 2) with { Run = "r" }, Entry("b", 0) with { Run = "other" }, Entry("c", 0)]));
        Assert.Equal(1, history.Add([Entry("d", 0) with { Run = "r", Episodes = 20 }]));
        Assert.Equal([("b", 10, 0), ("c", 10, 0), ("d", 20, 0)], history.Entries().Select(entry => (entry.Key, entry.Episodes, entry.Errors)));
        Assert.Equal(0, history.Add([Entry("d", 0) with { Run = "r", Episodes = 20 }]));
    }

    [Fact]
    public void A_file_of_an_older_version_is_read_and_takes_entries_with_errors()
    {
        using (var history = _format.Open(File, create: true))
            history.Add([Entry("a", 0)]);
        using (var connection = new SqliteConnection($"Data Source={File};Pooling=False"))
        {
            connection.Open();
            using var command = connection.CreateCommand();
            command.CommandText = "DROP TABLE errors";
            command.ExecuteNonQuery();
        }

        using var old = _format.Open(File, create: false);
        Assert.Equal(0, Assert.Single(old.Entries()).Errors);
        old.Add([Entry("b", 2)]);
        Assert.Equal([0, 2], old.Entries().Select(entry => entry.Errors));
    }

    [Fact]
    public void An_empty_file_is_a_history_without_entries()
    {
        System.IO.File.WriteAllBytes(File, []);
        using (var history = _format.Open(File, create: false))
            Assert.Empty(history.Entries());
        Assert.Equal(0, new FileInfo(File).Length);

        // Both opened it before the other one made the tables.
        using IRunHistory first = _format.Open(File, create: false), second = _format.Open(File, create: true);
        Assert.Equal([1, 1], [first.Add([Entry("a", 0)]), second.Add([Entry("b", 1)])]);
        Assert.Equal(["a", "b"], first.Entries().Select(entry => entry.Key));
    }

    private static HistoryEntry Entry(string key, int errors) => new()
    {
        Key = key, Kind = HistoryKind.Run, FinishedAt = DateTimeOffset.UnixEpoch, Commit = "c", Name = "n", Suite = "walk",
        Policy = "p", Episodes = 10, Successes = 5, Errors = errors, Seconds = 1, Series = "s",
    };
}
