using EvalCore.Commands;

namespace EvalCore.Cli.Tests;

/// <summary>Which episodes <c>evalcore video</c> takes, and the flags that it does not need.</summary>
public sealed class VideoEpisodeTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    private string Run => _line.In("run");

    [Theory]
    [InlineData("--episode=left:1", "walks_0/eval_episode_1")]
    [InlineData("--episode=left:0,right:2", "walks_0/eval_episode_0", "walks_1/eval_episode_2")]
    [InlineData("--episode=left:1,2", "walks_0/eval_episode_1", "walks_0/eval_episode_2", "walks_1/eval_episode_2")]
    public async Task An_episode_is_named_as_for_verify(string flag, params string[] videos)
    {
        await Play("none");
        Assert.Equal(0, await _line.Run("video", Run, flag));
        Assert.Equal(
            videos.Order(StringComparer.Ordinal),
            Directory.GetFiles(Path.Combine(Run, "videos"), "*", SearchOption.AllDirectories)
                .Select(file => Path.ChangeExtension(Path.GetRelativePath(Path.Combine(Run, "videos"), file), null)).Order(StringComparer.Ordinal));
    }

    [Theory]
    [InlineData("--episode: RUN has no episode 9 of left; the last one is 2", "--episode=left:9")]
    [InlineData("--episode: RUN has no task or group 'lefd'; did you mean 'left'?", "--episode=lefd:1")]
    [InlineData("--episode: 'left:x' is not TASK:K nor the number K of an episode, from 0; separate several by commas", "--episode=left:x")]
    public async Task An_episode_that_is_not_there_is_one_line(string message, string flag)
    {
        await Play("none");
        await Fails(message, flag);
    }

    [Fact]
    public async Task Flags_of_the_policy_are_checked_where_the_steps_were_recorded()
    {
        await Play("steps");
        await Fails(
            "video: unknown flag '--policy.nonsense'; see evalcore video --help; the steps of these episodes were recorded, which needs no policy: omit --policy.*",
            "--episode=left:0", "--policy.nonsense=3");
        Assert.Equal(0, await _line.Run("video", Run, "--episode=left:0", "--policy.n_action_steps=2"));
    }

    private async Task Fails(string message, params string[] flags)
    {
        Assert.Equal(ExitCode.BadInput, await _line.Run(["video", Run, .. flags]));
        Assert.Equal($"error: {message.Replace("RUN has", $"{Run} has", StringComparison.Ordinal)}", _line.Error.Lines[^1]);
    }

    private async Task Play(string record) => Assert.Equal(0, await _line.Run(
        "--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=3", "--eval.n_episodes_to_render=0", $"--eval.record={record}", $"--output_dir={Run}"));
}
