using System.Globalization;
using EvalCore.History;

namespace EvalCore.Tests.History;

public sealed class HistoryPlotTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Entries_have_their_commit_of_8_digits_as_in_a_list() =>
        Assert.Contains(">01234567<", HistoryPlot.Of([Entry("0123456789abcdef", DateTimeOffset.UnixEpoch)]), StringComparison.Ordinal);

    [Fact]
    public void Entries_without_a_commit_have_their_local_date_as_in_a_list()
    {
        // One of these is on another day in every time zone.
        foreach (int hours in (int[])[-12, 14])
        {
            var at = new DateTimeOffset(2026, 1, 15, hours < 0 ? 23 : 1, 0, 0, TimeSpan.FromHours(hours));
            Assert.Contains($">{at.ToLocalTime().ToString("MM-dd", CultureInfo.InvariantCulture)}<", HistoryPlot.Of([Entry("", at)]), StringComparison.Ordinal);
        }
    }

    [Fact]
    public void A_plot_replaces_one_that_is_there_or_leaves_it()
    {
        string file = Path.Combine(_folder, "history.svg");
        HistoryPlot.Save(file, [Entry("a", DateTimeOffset.UnixEpoch)]);
        HistoryPlot.Save(file, [Entry("b", DateTimeOffset.UnixEpoch)]);
        Assert.Equal(HistoryPlot.Of([Entry("b", DateTimeOffset.UnixEpoch)]), File.ReadAllText(file));
        Assert.Equal([file], Directory.GetFiles(_folder));
        string missing = Path.Combine(_folder, "none", "history.svg");
        Assert.StartsWith($"{missing}: cannot be written (", Assert.Throws<EvalCoreException>(() => HistoryPlot.Save(missing, [Entry("a", DateTimeOffset.UnixEpoch)])).Message, StringComparison.Ordinal);
    }

    private static HistoryEntry Entry(string commit, DateTimeOffset at) => new()
    {
        Key = commit, Kind = HistoryKind.Run, FinishedAt = at, Commit = commit, Name = "n", Suite = "walk",
        Policy = "p", Episodes = 100, Successes = 50, Seconds = 1, Series = "s",
    };
}
