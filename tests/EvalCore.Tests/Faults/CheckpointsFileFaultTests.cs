using System.Text.Json.Nodes;
using EvalCore.Results;
using EvalCore.Training;

namespace EvalCore.Tests.Faults;

/// <summary>Faults at every operation by which the results of a training run are written, and of every further try.</summary>
public sealed class CheckpointsFileFaultTests(ITestOutputHelper output) : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private int _points;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_reader_sees_the_old_results_or_the_new_ones()
    {
        Save(1, new FaultyDisk(null));
        string first = Text();
        var undisturbed = new FaultyDisk(null);
        Save(2, undisturbed);
        string second = Text();
        Assert.NotEqual(first, second);
        var faults = undisturbed.Operations.SelectMany((operation, number) => Fault.Of(number, operation.Length)).ToList();

        // Each state that a fault leaves is tried with every fault again, until no new one appears.
        Save(1, new FaultyDisk(null));
        var states = new List<(string Text, string? Part)> { State() };
        for (int i = 0; i < states.Count; i++)
        {
            foreach (var fault in faults)
            {
                Restore(states[i]);
                Try(fault, states[i].Text == second ? [second] : [first, second]);
                if (!states.Contains(State()))
                    states.Add(State());
                Save(2, new FaultyDisk(null));
                Assert.Equal(second, Text());
            }
        }

        Assert.Equal([CheckpointsFile.FileName], Directory.GetFiles(_folder).Select(file => Path.GetFileName(file)));
        output.WriteLine($"{_points} fault points in {states.Count} states of the folder");
        Assert.InRange(states.Count, 6, 100);
    }

    private (string Text, string? Part) State() => (Text(), File.Exists(Part) ? File.ReadAllText(Part) : null);

    private void Restore((string Text, string? Part) state)
    {
        File.WriteAllText(Path.Combine(_folder, CheckpointsFile.FileName), state.Text);
        File.Delete(Part);
        if (state.Part is not null)
            File.WriteAllText(Part, state.Part);
    }

    private string Part => Path.Combine(_folder, CheckpointsFile.FileName + ".part");

    private void Try(Fault fault, string[] possible)
    {
        _points++;
        var disk = new FaultyDisk(fault);
        try
        {
            Save(2, disk);
        }
        catch (EvalCoreException e)
        {
            if (!disk.IsDead)
                Assert.Matches(@"^.*checkpoints\.json: cannot be written \(No space left on device.*\)$", e.Message);
        }

        Assert.Contains(Text(), possible);
    }

    private string Text() => File.ReadAllText(Path.Combine(_folder, CheckpointsFile.FileName));

    private void Save(int checkpoints, FaultyDisk disk) =>
        CheckpointsFile.Save(_folder, new JsonObject { ["seed"] = 1000 }, CheckpointRanking.Of(Enumerable.Range(1, checkpoints).Select(Of)), disk);

    private EvaluatedCheckpoint Of(int step) => new(
        new Checkpoint(step, $"{step}", $"/train/{step}"), Path.Combine(_folder, $"{step}"),
        new EvalInfo(
            [
                new EpisodeRecord
                {
                    Suite = "walk", TaskGroup = "walks", TaskId = 0, Task = "left", EpisodeIndex = 0, Seed = 1000,
                    Steps = 3, SumReward = 0.5, MaxReward = 0.25, Success = true, Timings = null,
                },
            ],
            1, "", []),
        null);
}
