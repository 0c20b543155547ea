using System.Diagnostics;
using Benchmarks.PushT;
using EvalCore.Environments;

namespace EvalCore.Cli.Tests.Evaluation;

public sealed class VideoTests : IDisposable
{
    private const int Size = 384;

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_video_frame_is_close_to_the_rendered_image()
    {
        Assert.SkipUnless(HasFfmpeg(), "ffmpeg is not installed");
        var info = await PushTEvaluation.Run("pusht_act_keypoints", 1, outputDir: Path.Combine(_folder, "run"), nEpisodesToRender: 1);
        var episode = Assert.Single(info.Episodes);

        byte[] video = Decode(Path.Combine(_folder, "run", episode.VideoPath!));
        Assert.Equal(episode.Steps * Size * Size * 3, video.Length);

        // The first frame is the environment after the reset.
        using var benchmark = new PushTConfig { ObsType = "environment_state_agent_pos" }.Open();
        var task = benchmark.Tasks[0];
        using var environment = benchmark.Make(task);
        using var renderer = benchmark.MakeRenderer(task);
        environment.Reset(task.Episode(0, episode.Seed!.Value));
        var source = (IVideoSource)environment;
        double[] snapshot = new double[source.SnapshotLength];
        source.Snapshot(snapshot);
        byte[] image = new byte[Size * Size * 3];
        renderer.Render(snapshot, image);

        // H.264 with yuv420p halves the resolution of colours, which blurs edges but not areas.
        double difference = image.Zip(video).Average(pair => Math.Abs(pair.First - pair.Second));
        double differenceFromWhite = video.Take(image.Length).Average(value => 255.0 - value);
        Assert.InRange(difference, 0, 1.5);
        Assert.InRange(differenceFromWhite, 3 * difference, 255);
    }

    private static bool HasFfmpeg() => (Environment.GetEnvironmentVariable("PATH") ?? "")
        .Split(Path.PathSeparator).Any(folder => File.Exists(Path.Combine(folder, "ffmpeg")));

    private static byte[] Decode(string path)
    {
        using var ffmpeg = Process.Start(new ProcessStartInfo(
            "ffmpeg", ["-loglevel", "error", "-i", path, "-f", "rawvideo", "-pix_fmt", "rgb24", "-"])
        { RedirectStandardOutput = true })!;
        using var raw = new MemoryStream();
        ffmpeg.StandardOutput.BaseStream.CopyTo(raw);
        ffmpeg.WaitForExit();
        Assert.Equal(0, ffmpeg.ExitCode);
        return raw.ToArray();
    }
}
