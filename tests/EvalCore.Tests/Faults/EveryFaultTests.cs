using EvalCore.Results;

namespace EvalCore.Tests.Faults;

/// <summary>
/// Kills, power failures, full disks and failed operations at every operation by which a run, its resume, and the resume of that write
/// its results. What a fault leaves is a state of the output folder; each state that a fault can lead to is resumed, undisturbed and with
/// every fault, until no new state appears: so chains of faults of any length are tried, each from a state only once.
/// </summary>
public sealed class EveryFaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private int _points, _runs, _copies;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    public static TheoryData<int, bool> Runs => new(((int, bool)[])[(1, false), .. LongRun.Is ? [(1, true), (2, false)] : Array.Empty<(int, bool)>()]);

    [Theory]
    [MemberData(nameof(Runs))]
    public async Task No_fault_loses_a_finished_episode_or_plays_it_twice_and_the_result_is_that_of_the_undisturbed_run(int episodes, bool recordsSteps)
    {
        var whole = new FaultyRun(In("whole"), episodes, recordsSteps);
        Assert.Null(await whole.Attempt(new FaultyDisk(null)));
        string expected = whole.Result();
        IReadOnlyList<string> names = whole.Names();
        Assert.Equal(Enumerable.Range(0, episodes), whole.Played.Order());

        // What each fault in each state leads to.
        var leadsTo = new Dictionary<string, List<string>> { [""] = [] };
        var waiting = new Queue<(FaultyRun State, string Story)>([(new FaultyRun(In("nothing"), episodes, recordsSteps), "")]);
        while (waiting.TryDequeue(out var next))
        {
            var (before, story) = next;
            var here = leadsTo[before.State()];
            IReadOnlyList<int> finished = before.Finished(), recorded = before.Kept();

            // Undisturbed, it is the run that was never disturbed.
            var undisturbed = new FaultyDisk(null);
            var last = Copy(before, episodes, recordsSteps);
            var failure = await last.Attempt(undisturbed);
            Assert.True(failure is null, $"{story}: {failure?.Message}");
            Assert.True(expected == last.Result(), $"{story}: another result\n{last.Result()}");
            Same(Enumerable.Range(0, episodes).Except(recorded), last.Played, $"{story}: episodes played");
            Same(Enumerable.Range(0, episodes), last.Finished().Distinct(), $"{story}: episodes in the journal");
            Same(names.Distinct(), last.Names().Distinct(), $"{story}: files left");
            Delete(last);

            foreach (var fault in undisturbed.Operations.SelectMany((operation, number) => Fault.Of(number, operation.Length)))
            {
                _points++;
                string what = $"{story} -> {fault.Kind} at {undisturbed.Operations[fault.Operation].Name} ({fault.Operation}), {fault.Bytes} bytes";
                var disk = new FaultyDisk(fault);
                var after = Copy(before, episodes, recordsSteps);
                var e = await after.Attempt(disk);
                Check(e, disk, fault, what);

                IReadOnlyList<int> kept = after.Finished();
                Assert.True(finished.All(kept.Contains), $"{what}: a finished episode was lost");

                // An episode that is played again for its steps has a second line, with the same result.
                Assert.True(recordsSteps || kept.Count == kept.Distinct().Count(), $"{what}: an episode is twice in the journal");
                Assert.True(!after.Played.Intersect(recorded).Any(), $"{what}: a finished episode was played again");
                Assert.True(disk.JournalOnDisk <= Length(after) || kept.Count == 0, $"{what}: what was on disk was cut");
                string state = after.State();
                here.Add(state);
                if (leadsTo.TryAdd(state, []))
                    waiting.Enqueue((after, what));
                else
                    Delete(after);
            }

            Delete(before);
        }

        long chains = Chains("", 3);
        output.WriteLine($"{_points} fault points in {leadsTo.Count} states of the output folder: all that follow from any number of faults, {chains} chains of three among them; {_runs} runs");
        Assert.InRange(_points, 300, int.MaxValue);
        Assert.InRange(chains, 10_000, long.MaxValue);

        long Chains(string state, int faults) => faults == 1 ? leadsTo[state].Count : leadsTo[state].CountBy(next => next).Sum(next => next.Value * Chains(next.Key, faults - 1));
    }

    private static void Check(Exception? e, FaultyDisk disk, Fault fault, string what)
    {
        if (disk.IsDead || e is null)
            return;

        // A disk that fails is named in one line, with the reason.
        Assert.True(fault.Kind is FaultKind.FullDisk or FaultKind.Glitch, $"{what}: {e}");
        Assert.True(e.Message.Contains("No space left on device", StringComparison.Ordinal) && !e.Message.Contains('\n', StringComparison.Ordinal), $"{what}: {e.Message}");
    }

    private static void Same(IEnumerable<int> expected, IEnumerable<int> actual, string what) => Same(expected.Order().Select(n => $"{n}"), actual.Order().Select(n => $"{n}"), what);

    private static void Same(IEnumerable<string> expected, IEnumerable<string> actual, string what) =>
        Assert.True(expected.SequenceEqual(actual), $"{what}: {string.Join(", ", actual)} instead of {string.Join(", ", expected)}");

    private static long Length(FaultyRun run) => new FileInfo(Path.Combine(run.Folder, Journal.FileName)) is { Exists: true } file ? file.Length : 0;

    private FaultyRun Copy(FaultyRun run, int episodes, bool recordsSteps)
    {
        _runs++;
        var copy = new FaultyRun(In($"run{_copies++}"), episodes, recordsSteps);
        run.CopyTo(copy.Folder);
        return copy;
    }

    private static void Delete(FaultyRun run)
    {
        if (Directory.Exists(run.Folder))
            Directory.Delete(run.Folder, recursive: true);
    }

    private string In(string name) => Path.Combine(_folder, name);
}
