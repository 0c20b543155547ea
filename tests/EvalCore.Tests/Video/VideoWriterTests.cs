using EvalCore.Environments;
using EvalCore.Video;

namespace EvalCore.Tests.Video;

public sealed class VideoWriterTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Episodes_wait_while_unrendered_recordings_use_too_much_memory()
    {
        using var rendering = new ManualResetEventSlim();
        var config = new WalkConfig { OnFrame = rendering.Wait };
        using var writer = new VideoWriter(config.Open(), config.Fps, _folder, _ => { }, new VideoLimits { UnrenderedBytes = 1, Tasks = 8 }, FfmpegEncoder.Find());
        writer.WaitForRoom(TaskOf(config, 0));

        var video = writer.Write(Record(config, writer, steps: 3));
        var waiting = Task.Run(() => writer.WaitForRoom(TaskOf(config, 0)));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(200)));

        rendering.Set();
        await waiting;
        Assert.True(File.Exists(Path.Combine(_folder, (await video)!)));
    }

    [Fact]
    public async Task Episodes_of_other_tasks_wait_while_videos_of_many_tasks_are_not_rendered()
    {
        using var rendering = new ManualResetEventSlim();
        var config = new WalkConfig { OnFrame = rendering.Wait };
        using var writer = new VideoWriter(config.Open(), config.Fps, _folder, _ => { }, new VideoLimits { UnrenderedBytes = long.MaxValue, Tasks = 1 }, FfmpegEncoder.Find());
        var video = writer.Write(Record(config, writer, steps: 3));

        // The recording is of task 1: its own episodes start, those of another task wait.
        writer.WaitForRoom(TaskOf(config, 1));
        var waiting = Task.Run(() => writer.WaitForRoom(TaskOf(config, 0)));
        Assert.NotSame(waiting, await Task.WhenAny(waiting, Task.Delay(200)));

        rendering.Set();
        await waiting;
        await video;
    }

    [Fact]
    public async Task A_stopped_writer_completes_the_video_in_progress_and_drops_the_rest()
    {
        using var rendering = new SemaphoreSlim(0);
        var begun = new SemaphoreSlim(0);
        var config = new WalkConfig
        {
            OnFrame = () =>
            {
                begun.Release();
                rendering.Wait();
            },
        };
        using var writer = new VideoWriter(config.Open(), config.Fps, _folder, _ => { }, new VideoLimits { UnrenderedBytes = 1, Tasks = 8 }, FfmpegEncoder.Find());
        var first = writer.Write(Record(config, writer: null, steps: 0));
        await begun.WaitAsync();
        var others = Enumerable.Range(1, 20).Select(index => writer.Write(Record(config, writer: null, steps: 0, index))).ToList();
        var waiting = Task.Run(() => writer.WaitForRoom(TaskOf(config, 0)));

        writer.Stop();
        await waiting;
        rendering.Release(100);
        Assert.NotNull(await first);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => others[^1]);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => writer.Write(Record(config, writer: null, steps: 0)));
    }

    [Fact]
    public void A_recording_accepts_any_number_of_frames()
    {
        var config = new WalkConfig();
        var recording = Record(config, writer: null, steps: 200);
        Assert.Equal(201, recording.Count);
        double[] seen = [.. Enumerable.Range(0, 201).Select(i => recording[i][0])];
        Assert.Equal(0, seen[0]);
        Assert.Equal(201, seen.Distinct().Count());
    }

    private static FrameRecording Record(WalkConfig config, VideoWriter? writer, int steps, int index = 0)
    {
        using var benchmark = config.Open();
        // Each episode has a file of its own.
        var episode = benchmark.Tasks[1].Episode(index, 1);
        using var environment = benchmark.Make(episode.Task);
        var source = (IVideoSource)environment;
        environment.Reset(episode);
        var recording = new FrameRecording(episode, writer);
        recording.Start(source);
        for (int i = 0; i < steps; i++)
        {
            environment.Step([1]);
            recording.Add(source);
        }

        return recording;
    }

    private static EnvTask TaskOf(WalkConfig config, int index)
    {
        using var benchmark = config.Open();
        return benchmark.Tasks[index];
    }
}
