using EvalCore.Environments;
using EvalCore.Video;

namespace EvalCore.Tests.Video;

public sealed class VideoWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Who_plays_waits_while_recordings_that_are_not_drawn_take_much_memory()
    {
        using var drawing = new ManualResetEventSlim();
        var config = new WalkConfig { OnFrame = drawing.Wait };
        using var writer = new VideoWriter(config, _folder, _ => { }, maxUndrawnBytes: 1);
        writer.WaitForRoom();

        var video = writer.Write(Record(config, writer, steps: 3));
        var waiting = Task.Run(writer.WaitForRoom);
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(200)));

        drawing.Set();
        await waiting;
        Assert.True(File.Exists(Path.Combine(_folder, (await video)!)));
    }

    [Fact]
    public async Task A_writer_that_is_stopped_completes_what_it_draws_and_drops_the_rest()
    {
        using var drawing = new SemaphoreSlim(0);
        var begun = new SemaphoreSlim(0);
        var config = new WalkConfig
        {
            OnFrame = () =>
            {
                begun.Release();
                drawing.Wait();
            },
        };
        using var writer = new VideoWriter(config, _folder, _ => { }, maxUndrawnBytes: 1);
        var first = writer.Write(Record(config, writer: null, steps: 0));
        await begun.WaitAsync();
        var others = Enumerable.Range(0, 20).Select(_ => writer.Write(Record(config, writer: null, steps: 0))).ToList();
        var waiting = Task.Run(writer.WaitForRoom);

        writer.Stop();
        await waiting;
        drawing.Release(100);
        Assert.NotNull(await first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => others[^1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.Write(Record(config, writer: null, steps: 0)));
    }

    [Fact]
    public void A_recording_takes_any_number_of_frames()
    {
        var config = new WalkConfig();
        var recording = Record(config, writer: null, steps: 200);
        Assert.Equal(201, recording.Count);
        double[] seen = [.. Enumerable.Range(0, 201).Select(i => recording[i][0])];
        Assert.Equal(0, seen[0]);
        Assert.Equal(201, seen.Distinct().Count());
    }

    private static FrameRecording Record(WalkConfig config, VideoWriter? writer, int steps)
    {
        var task = config.Tasks()[1];
        var episode = new EpisodeSpec(task, 0, 1);
        using var environment = config.Make(task);
        environment.Reset(episode);
        var recording = new FrameRecording(episode, writer);
        recording.Start(environment);
        for (int i = 0; i < steps; i++)
        {
            environment.Step([1]);
            recording.Add(environment);
        }

        return recording;
    }
}
