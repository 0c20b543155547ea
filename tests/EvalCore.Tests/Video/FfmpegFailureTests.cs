using EvalCore.Environments;
using EvalCore.Video;

namespace EvalCore.Tests.Video;

/// <summary>An ffmpeg or a renderer that fails or never ends: a video is a courtesy, and no run waits for it.</summary>
public sealed class FfmpegFailureTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;
    private readonly List<string> _notes = [];

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("exec sleep 60", "ffmpeg takes no frame for 0.5 s")]
    [InlineData("sleep 60", "ffmpeg takes no frame for 0.5 s")]
    [InlineData("trap '' TERM HUP; sleep 60 & sleep 61; wait", "ffmpeg takes no frame for 0.5 s")]
    [InlineData("cat >/dev/null; sleep 60", "ffmpeg does not end a video within 2 s")]
    [InlineData("echo \"Unknown encoder 'libx264'\" >&2; exit 1", "ffmpeg ended with code 1: Unknown encoder 'libx264'")]
    [InlineData("cat >/dev/null; echo 'No space left' >&2; exit 3", "ffmpeg ended with code 3: No space left")]
    [InlineData("exit 9", "ffmpeg ended with code 9: ")]
    [InlineData("cat >/dev/null", "ffmpeg ended without an error, but wrote no video")]
    public async Task Animated_PNG_takes_over_with_one_note(string script, string note)
    {
        // More frames than a pipe holds.
        string[] videos = await Write(Script(script), episodes: 5, frames: 60);
        Assert.All(videos, video => Assert.EndsWith(".png", video, StringComparison.Ordinal));
        Assert.All(videos, video => Assert.True(VideoFile.IsWhole(Path.Combine(_folder, video))));
        string only = Assert.Single(_notes);
        Assert.StartsWith(note, only, StringComparison.Ordinal);
        Assert.EndsWith("; videos are written as animated PNG", only, StringComparison.Ordinal);
        Assert.Empty(Directory.EnumerateFiles(_folder, "*.part*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task A_file_that_is_no_program_is_no_ffmpeg()
    {
        string program = Path.Combine(_folder, "ffmpeg");
        File.WriteAllText(program, "");
        string[] videos = await Write(program, episodes: 2, frames: 3);
        Assert.All(videos, video => Assert.EndsWith(".png", video, StringComparison.Ordinal));
        Assert.Single(_notes);
    }

    [Fact]
    public void Two_that_write_the_same_video_do_not_disturb_each_other()
    {
        Assert.SkipWhen(FfmpegEncoder.Find() is null, "ffmpeg is not installed");
        string path = Path.Combine(_folder, "video.mp4");
        byte[] frame = new byte[64 * 64 * 3];
        using (var first = new FfmpegEncoder(FfmpegEncoder.Find()!, path, 64, 64, 10, FfmpegEncoder.FramePatience))
        {
            first.Add(frame);
            using (var second = new FfmpegEncoder(FfmpegEncoder.Find()!, path, 64, 64, 10, FfmpegEncoder.FramePatience))
            {
                second.Add(frame);
                second.Finish();
            }

            Assert.True(VideoFile.IsWhole(path));
            first.Add(frame);
            first.Finish();
        }

        Assert.True(VideoFile.IsWhole(path));
        Assert.Equal([path], Directory.EnumerateFiles(_folder));
    }

    [Fact]
    public void The_probe_says_why_ffmpeg_writes_no_video()
    {
        Assert.Equal("ffmpeg ended with code 1: no encoder", FfmpegEncoder.Probe(Script("echo no encoder >&2; exit 1"), TimeSpan.FromSeconds(5)));
        Assert.Equal("ffmpeg does not end a video within 2 s", FfmpegEncoder.Probe(Script("cat > /dev/null; exec sleep 60"), TimeSpan.FromSeconds(0.5)));
    }

    [Fact]
    public void The_probe_accepts_a_working_ffmpeg()
    {
        Assert.SkipWhen(FfmpegEncoder.Find() is null, "ffmpeg is not installed");
        Assert.Null(FfmpegEncoder.Probe(FfmpegEncoder.Find()!, FfmpegEncoder.FramePatience));
    }

    [Theory]
    [InlineData("run:1")]
    [InlineData("-x")]
    [InlineData("a%d b'c")]
    [InlineData("pipe:")]
    public async Task A_folder_may_have_any_name(string name)
    {
        Assert.SkipWhen(FfmpegEncoder.Find() is null, "ffmpeg is not installed");
        string here = Environment.CurrentDirectory;
        string relative = Path.Combine(Path.GetRelativePath(here, _folder), name);
        using var benchmark = new WalkConfig().Open();
        using var writer = new VideoWriter(benchmark, 10, relative, _notes.Add, new VideoLimits(), FfmpegEncoder.Find());
        string video = (await writer.Write(Recording(0, 3)))!;
        Assert.Empty(_notes);
        Assert.EndsWith(".mp4", video, StringComparison.Ordinal);
        Assert.True(VideoFile.IsWhole(Path.Combine(relative, video)));
    }

    [Fact]
    public void A_stopped_writer_does_not_wait_for_ffmpeg()
    {
        using var benchmark = new WalkConfig().Open();
        var writer = new VideoWriter(
            benchmark, 10, _folder, _notes.Add, new VideoLimits { FramePatience = TimeSpan.FromMinutes(10) }, Script("exec sleep 600"));
        var video = writer.Write(Recording(0, 60));
        Thread.Sleep(100);
        writer.Stop(TimeSpan.FromMilliseconds(100));
        Assert.False(writer.IsStuck);
        Assert.True(video.IsCanceled);
        Assert.Empty(_notes);
    }

    [Fact]
    public async Task A_renderer_that_does_not_return_costs_its_video_only()
    {
        using var never = new ManualResetEventSlim();
        int frames = 0;
        var config = new WalkConfig
        {
            OnFrame = () =>
            {
                if (Interlocked.Increment(ref frames) == 1)
                    never.Wait();
            },
        };
        using var benchmark = config.Open();
        using var writer = new VideoWriter(
            benchmark, 10, _folder, _notes.Add,
            new VideoLimits { RenderPatience = TimeSpan.FromMilliseconds(500), FirstFramePatience = TimeSpan.FromMilliseconds(500) }, ffmpeg: null);
        string?[] videos = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => writer.Write(Recording(index, 3))));
        Assert.Single(videos, video => video is null);
        Assert.Contains(_notes, note => note.StartsWith("no video of episode ", StringComparison.Ordinal)
            && note.EndsWith("its renderer does not return for 0.5 s", StringComparison.Ordinal));
        writer.Stop(TimeSpan.FromMilliseconds(100));
        Assert.True(writer.IsStuck);
        never.Set();
    }

    [Fact]
    public async Task A_renderer_that_does_not_return_keeps_no_other_from_rendering()
    {
        using var never = new ManualResetEventSlim();
        using var returned = new ManualResetEventSlim();
        int frames = 0;
        var config = new WalkConfig
        {
            OnFrame = () =>
            {
                if (Interlocked.Increment(ref frames) != 1)
                    return;
                never.Wait();
                returned.Set();
            },
        };
        using var benchmark = config.Open();
        var renderers = new RendererLimit(1);
        var limits = new VideoLimits { RenderPatience = TimeSpan.FromSeconds(1), FirstFramePatience = TimeSpan.FromSeconds(1) };
        using var writer = new VideoWriter(benchmark, 10, _folder, _notes.Add, limits, ffmpeg: null, renderers);
        string?[] videos = await Task.WhenAll(Enumerable.Range(0, 6).Select(index => writer.Write(Recording(index, 3)))).WaitAsync(TimeSpan.FromMinutes(1));
        Assert.Single(videos, video => video is null);

        // The one that returns after all does not free the place of another.
        never.Set();
        returned.Wait();
        await Task.Delay(200);
        Assert.True(renderers.TryEnter(TimeSpan.FromSeconds(10), CancellationToken.None));
        Assert.False(renderers.TryEnter(TimeSpan.FromMilliseconds(50), CancellationToken.None));
    }

    [Fact]
    public async Task The_first_frame_of_a_renderer_may_take_longer()
    {
        int frames = 0;
        var config = new WalkConfig
        {
            OnFrame = () =>
            {
                if (Interlocked.Increment(ref frames) == 1)
                    Thread.Sleep(2500);
            },
        };
        using var benchmark = config.Open();
        using var writer = new VideoWriter(benchmark, 10, _folder, _notes.Add, new VideoLimits { RenderPatience = TimeSpan.FromSeconds(1) }, ffmpeg: null);
        Assert.NotNull(await writer.Write(Recording(0, 3)));
    }

    [Fact]
    public async Task A_cut_or_empty_video_is_not_whole()
    {
        string[] videos = await Write(ffmpeg: null, episodes: 1, frames: 20);
        if (FfmpegEncoder.Find() is { } ffmpeg)
            videos = [.. videos, .. await Write(ffmpeg, episodes: 1, frames: 20, FfmpegEncoder.FramePatience)];
        foreach (string video in videos)
        {
            string file = Path.Combine(_folder, video);
            byte[] whole = File.ReadAllBytes(file);
            Assert.True(VideoFile.IsWhole(file));
            for (int length = 0; length < whole.Length; length += Math.Max(1, whole.Length / 50))
            {
                File.WriteAllBytes(file, whole[..length]);
                Assert.False(VideoFile.IsWhole(file));
            }

            File.WriteAllBytes(file, new byte[whole.Length]);
            Assert.False(VideoFile.IsWhole(file));
        }

        Assert.False(VideoFile.IsWhole(_folder));
        Assert.False(VideoFile.IsWhole(Path.Combine(_folder, "nowhere.mp4")));
    }

    private async Task<string[]> Write(string? ffmpeg, int episodes, int frames, TimeSpan? patience = null)
    {
        using var benchmark = new WalkConfig().Open();
        using var writer = new VideoWriter(
            benchmark, 10, _folder, line => { lock (_notes) _notes.Add(line); },
            new VideoLimits { FramePatience = patience ?? TimeSpan.FromSeconds(0.5) }, ffmpeg);
        return [.. (await Task.WhenAll(Enumerable.Range(0, episodes).Select(index => writer.Write(Recording(index, frames))))).Select(video => video!)];
    }

    private string Script(string text)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "a shell script");
        string file = Path.Combine(_folder, $"ffmpeg{Guid.NewGuid():N}");
        File.WriteAllText(file, $"#!/bin/sh\n{text}\n");
        if (!OperatingSystem.IsWindows())
            File.SetUnixFileMode(file, UnixFileMode.UserRead | UnixFileMode.UserExecute);
        return file;
    }

    private static FrameRecording Recording(int index, int frames)
    {
        using var benchmark = new WalkConfig().Open();
        var episode = benchmark.Tasks[0].Episode(index, 1);
        using var environment = benchmark.Make(episode.Task);
        var source = (IVideoSource)environment;
        environment.Reset(episode);
        var recording = new FrameRecording(episode);
        recording.Start(source);
        for (int i = 1; i < frames; i++)
            recording.Add(source);
        return recording;
    }
}
