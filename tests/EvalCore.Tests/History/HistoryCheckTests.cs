using EvalCore.History;
using EvalCore.Results;

namespace EvalCore.Tests.History;

public sealed class HistoryCheckTests
{
    [Fact]
    public void Options_out_of_range_are_refused_and_not_taken_for_runs_that_cannot_be_compared()
    {
        Assert.Equal("--alpha: 2 is not possible; give a probability between 0 and 1, for example 0.05", Refused(new HistoryCheckOptions { Alpha = 2 }));
        Assert.Equal("--alpha: NaN is not possible; give a probability between 0 and 1, for example 0.05", Refused(new HistoryCheckOptions { Alpha = double.NaN }));
        Assert.Equal("--slowdown: '-1' is not a number, 0 to 1000", Refused(new HistoryCheckOptions { Slowdown = -1 }));
        Assert.All(HistoryCheck.Of(Entries, ResultOf).Take(1), finding => Assert.True(finding.IsCompared && finding.IsBad));
    }

    private static IReadOnlyList<HistoryEntry> Entries { get; } = [Entry("before", 90), Entry("after", 50)];

    private static string Refused(HistoryCheckOptions options) => Assert.Throws<EvalCoreException>(() => HistoryCheck.Of(Entries, ResultOf, options)).Message;

    private static EvalInfo ResultOf(HistoryEntry entry) => new(
        Enumerable.Range(0, entry.Episodes).Select(i => new EpisodeRecord
        {
            Suite = "walk", TaskGroup = "walk", TaskId = 0, Task = "left", EpisodeIndex = i, Seed = 1000 + i, Steps = 10, SumReward = 0, MaxReward = 0,
            Success = i < entry.Successes, Timings = null,
        }),
        0, "", []);

    private static HistoryEntry Entry(string commit, int successes) => new()
    {
        Key = commit, Kind = HistoryKind.Run, FinishedAt = DateTimeOffset.UnixEpoch, Commit = commit, Name = "n", Suite = "walk",
        Policy = "p", Episodes = 100, Successes = successes, Seconds = 1, Series = "s",
    };
}
