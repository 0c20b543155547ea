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
    public async Task A_frame_of_a_video_looks_like_the_simulators_picture()
    {
        Assert.SkipUnless(HasFfmpeg(), "ffmpeg is not installed");
        var info = await PushTEvaluation.Run("pusht_act_keypoints", 1, outputDir: Path.Combine(_folder, "run"), nEpisodesToRender: 1);
        var episode = Assert.Single(info.Episodes);

        byte[] video = Decode(Path.Combine(_folder, "run", episode.VideoPath!));
        Assert.Equal(episode.Steps * Size * Size * 3, video.Length);

        // The first frame is the world after the reset.
        var env = new PushTConfig { ObsType = "environment_state_agent_pos" };
        using var world = env.Make(env.Tasks()[0]);
        using var renderer = env.MakeRenderer(env.Tasks()[0]);
        world.Reset(new EpisodeSpec(env.Tasks()[0], 0, episode.Seed));
        double[] snapshot = new double[world.SnapshotLength];
        world.Snapshot(snapshot);
        byte[] picture = new byte[Size * Size * 3];
        renderer.Render(snapshot, picture);

        // H.264 with yuv420p halves the resolution of colours: edges blur, areas stay.
        double difference = picture.Zip(video).Average(pair => Math.Abs(pair.First - pair.Second));
        double differenceFromWhite = video.Take(picture.Length).Average(value => 255.0 - value);
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
