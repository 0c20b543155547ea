using System.Collections;
using EvalCore.History;

namespace EvalCore.Records.Tests;

/// <summary>
/// Kills while entries are added to a history, while what was left is added to, and again after that: the files as a killed process
/// leaves them, before each of its entries and before the end of its transaction.
/// </summary>
public sealed class HistoryFaultTests(ITestOutputHelper output) : IDisposable
{
    private const int Depth = 3;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly SqliteHistory _format = new();
    private int _copies, _points, _hot;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void What_a_kill_leaves_has_the_entries_of_before_and_takes_the_new_ones()
    {
        string path = Path.Combine(_folder, "0", "runs.db");
        Directory.CreateDirectory(Path.GetDirectoryName(path)!);
        using (var history = _format.Open(path, create: true))
            Assert.Equal(2, history.Add([Entry(0), Entry(1)]));
        Try(path, 1);
        output.WriteLine($"{_points} kills, {_hot} of them with a transaction to roll back");
        Assert.InRange(_hot, 10, _points);
    }

    private void Try(string path, int depth)
    {
        var left = new List<string>();
        using (var history = _format.Open(path, create: false))
        {
            Assert.Equal(["0", "1"], history.Entries().Select(entry => entry.Key));

            // More than SQLite keeps in memory, so that it writes to the file before the end of its transaction.
            Assert.Equal(8, history.Add(new Watched([.. Enumerable.Range(2, 8).Select(Entry)], () => left.Add(Copy(path)))));
            Assert.Equal(10, history.Entries().Count);
        }

        foreach (string copy in left)
        {
            _points++;
            _hot += File.Exists($"{copy}-journal") ? 1 : 0;
            if (depth < Depth)
                Try(copy, depth + 1);
            else
                Finish(copy);
            Directory.Delete(Path.GetDirectoryName(copy)!, recursive: true);
        }
    }

    private void Finish(string path)
    {
        using var history = _format.Open(path, create: false);
        Assert.Equal(["0", "1"], history.Entries().Select(entry => entry.Key));
        Assert.Equal(8, history.Add([.. Enumerable.Range(2, 8).Select(Entry)]));
        Assert.Equal(0, history.Add([Entry(3)]));
        Assert.Equal(Enumerable.Range(0, 10).Select(n => $"{n}"), history.Entries().Select(entry => entry.Key));
    }

    /// <summary>Copies the history and SQLite's rollback journal.</summary>
    private string Copy(string path)
    {
        string folder = Path.Combine(_folder, $"{++_copies}");
        Directory.CreateDirectory(folder);
        foreach (string file in Directory.GetFiles(Path.GetDirectoryName(path)!))
        {
            using var from = new FileStream(file, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
            using var to = File.Create(Path.Combine(folder, Path.GetFileName(file)));
            from.CopyTo(to);
        }

        return Path.Combine(folder, Path.GetFileName(path));
    }

    private static HistoryEntry Entry(int number) => new()
    {
        Key = $"{number}", Kind = HistoryKind.Run, FinishedAt = DateTimeOffset.UnixEpoch.AddDays(number), Commit = "c", Name = "n", Suite = "walk",
        Policy = "p", Episodes = 10, Successes = 5, Seconds = 1, Series = new string((char)('a' + number), 700_000),
    };

    /// <summary>Entries of which each is looked at before it is added.</summary>
    private sealed class Watched(IReadOnlyList<HistoryEntry> entries, Action next) : IReadOnlyList<HistoryEntry>
    {
        public int Count => entries.Count;

        public HistoryEntry this[int index] => entries[index];

        public IEnumerator<HistoryEntry> GetEnumerator()
        {
            foreach (var entry in entries)
            {
                next();
                yield return entry;
            }

            next();
        }

        IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();
    }
}
