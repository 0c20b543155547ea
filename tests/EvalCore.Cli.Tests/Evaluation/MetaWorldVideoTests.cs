using Benchmarks.MetaWorld.Tests;

namespace EvalCore.Cli.Tests.Evaluation;

/// <summary>
/// Videos of Meta-World that <c>evalcore video</c> makes after a run. Without ffmpeg on the path, a video is an animated PNG, which
/// has the frames without loss: equal files are equal frames.
/// </summary>
public sealed class MetaWorldVideoTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Theory]
    [InlineData("steps")]
    [InlineData("none")]
    public async Task The_frames_are_those_of_a_run_with_videos_byte_for_byte(string record)
    {
        Machine.NeedsImages();
        string[] flags = ["--env.task=handle-press-v3,button-press-v3", "--eval.n_episodes=1"];
        await Run([.. flags, "--eval.n_episodes_to_render=1", $"--output_dir={In("with")}"]);
        await Run([.. flags, "--eval.n_episodes_to_render=0", $"--eval.record={record}", $"--output_dir={In("after")}"]);
        Assert.False(Directory.Exists(In("after", "videos")));
        await Evalcore(["video", In("after"), "--all"]);
        Assert.Equal(2, EqualVideos("with", "after"));
    }

    /// <summary>The expert of peg-insert-side-v3 fails from seed 1002: 500 frames.</summary>
    [Fact]
    public async Task The_frames_of_a_failure_are_those_of_a_run_with_videos_byte_for_byte()
    {
        Machine.NeedsImages();
        if (!LongRun.Is)
            Assert.Skip("500 frames are rendered twice; EVALCORE_LONG=1 does it");
        string[] flags = ["--env.task=peg-insert-side-v3", "--eval.n_episodes=1", "--seed=1002"];
        await Run([.. flags, "--eval.n_episodes_to_render=1", $"--output_dir={In("with")}"]);
        await Run([.. flags, "--eval.n_episodes_to_render=0", "--eval.record=steps", $"--output_dir={In("after")}"]);
        await Evalcore(["video", In("after"), "--failures"]);
        Assert.Equal(1, EqualVideos("with", "after"));
    }

    private string In(params string[] path) => Path.Combine([_folder, .. path]);

    private int EqualVideos(string one, string two)
    {
        string[] videos = [.. Directory.GetFiles(In(one, "videos"), "*", SearchOption.AllDirectories)];
        Assert.All(videos, video => Assert.Equal(File.ReadAllBytes(video), File.ReadAllBytes(In(two, Path.GetRelativePath(In(one), video)))));
        Assert.All(videos, video => Assert.EndsWith(".png", video, StringComparison.Ordinal));
        return videos.Length;
    }

    private static Task Run(string[] flags) => Evalcore(["eval", "--env.type=metaworld", "--policy.type=expert", .. flags]);

    private static async Task Evalcore(string[] args)
    {
        var (code, output, error) = await EvalcoreProcess.Run(args, new Dictionary<string, string?> { ["PATH"] = "" });
        Assert.True(code == 0, $"{string.Join(' ', args)}: {output}{error}");
    }
}
