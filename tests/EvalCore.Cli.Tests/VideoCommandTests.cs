using EvalCore.Commands;
using EvalCore.Results;

namespace EvalCore.Cli.Tests;

public sealed class VideoCommandTests : IDisposable
{
    private readonly CommandLine _line = new();

    public void Dispose() => _line.Dispose();

    private string Run => _line.In("run");

    /// <summary>The files with videos, with their bytes.</summary>
    private static Dictionary<string, string> Videos(string run) => Directory.Exists(Path.Combine(run, "videos"))
        ? Directory.GetFiles(Path.Combine(run, "videos"), "*", SearchOption.AllDirectories).ToDictionary(file => Path.GetRelativePath(run, file), file => Convert.ToHexString(File.ReadAllBytes(file)))
        : [];

    [Theory]
    [InlineData("steps")]
    [InlineData("none")]
    public async Task Videos_made_afterwards_are_those_that_the_run_would_have_made(string record)
    {
        await Play("with", render: 6, record: "none");
        await Play("run", record: record);
        Assert.Equal(0, await _line.Run("video", Run, "--all"));
        Assert.Equal(Videos(_line.In("with")), Videos(Run));
        Assert.Matches(@"^6 videos in \d+\.\d s: .*/run/videos$", _line.Out.Lines[^1]);

        // The result lists them, and is otherwise unchanged.
        EvalInfo with = EvalInfo.Load(_line.In("with", EvalInfo.FileName)), after = EvalInfo.Load(_line.In("run", EvalInfo.FileName));
        Assert.Equal(with.Episodes.Select(episode => episode.VideoPath), after.Episodes.Select(episode => episode.VideoPath));
        Assert.All(with.Episodes.Zip(after.Episodes), pair => Assert.True(pair.First.HasResultOf(pair.Second)));
    }

    [Fact]
    public async Task Failures_are_the_episodes_that_failed()
    {
        await Play("run");
        var failed = EvalInfo.Load(_line.In("run", EvalInfo.FileName)).Episodes.Where(episode => !episode.Success).ToList();
        Assert.InRange(failed.Count, 1, 5);
        Assert.Equal(0, await _line.Run("video", "--failures", Run));
        Assert.Equal(failed.Count, Videos(Run).Count);
        Assert.All(failed, episode => Assert.Contains(Videos(Run).Keys, path => Path.ChangeExtension(path, null) == $"videos/walks_{episode.TaskId}/eval_episode_{episode.EpisodeIndex}"));
    }

    [Theory]
    [InlineData(2, "--episode=1")]
    [InlineData(4, "--episode=0,2")]
    [InlineData(1, "--episode=1", "--task=left")]
    [InlineData(3, "--all", "--task=right")]
    [InlineData(2, "--all", "-n", "2")]
    [InlineData(2, "--all", "-n=2")]
    [InlineData(2, "--all", "--n=2")]
    public async Task Flags_choose_the_episodes(int videos, params string[] flags)
    {
        await Play("run");
        Assert.Equal(0, await _line.Run(["video", Run, .. flags]));
        Assert.Equal(videos, Videos(Run).Count);
    }

    [Fact]
    public async Task Videos_that_are_there_are_kept_unless_they_are_to_be_overwritten()
    {
        await Play("run", render: 1);
        int frames = 0;
        _line.OnFrame = () => Interlocked.Increment(ref frames);
        Assert.Equal(0, await _line.Run("video", Run, "--episode=0"));
        Assert.Equal(0, frames);
        Assert.Matches(@"^0 videos in \d+\.\d s, 2 there already: .*/run/videos$", _line.Out.Lines[^1]);

        Assert.Equal(0, await _line.Run("video", Run, "--episode=0", "--overwrite"));
        Assert.InRange(frames, 2, 80);
        Assert.Matches(@"^2 videos in \d+\.\d s: .*/run/videos$", _line.Out.Lines[^1]);
    }

    [Fact]
    public async Task Videos_of_an_interrupted_command_are_named_by_the_next()
    {
        await Play("run");
        string result = _line.In("run", EvalInfo.FileName);
        byte[] before = File.ReadAllBytes(result);
        Assert.Equal(0, await _line.Run("video", Run, "--episode=1"));
        File.WriteAllBytes(result, before);
        Assert.Equal(0, await _line.Run("video", Run, "--episode=1"));
        Assert.Equal(2, EvalInfo.Load(result).Episodes.Count(episode => episode is { EpisodeIndex: 1, VideoPath: not null }));
    }

    [Fact]
    public async Task A_video_that_is_made_while_the_run_plays_is_in_its_result()
    {
        // The run goes on after its first video has been made.
        int made = 0;
        _line.OnStep = () =>
        {
            if (RunFolder.HasRun(Run) && RunFolder.Load(Run).Episodes.Count > 0 && Interlocked.Exchange(ref made, 1) == 0)
            {
                using var other = new CommandLine();
                Assert.Equal(0, other.Run("video", Run, "--episode=0", "--task=left").GetAwaiter().GetResult());
            }
        };
        await Play("run", flags: "--eval.batch_size=1");
        Assert.Equal(1, made);
        var named = Assert.Single(EvalInfo.Load(Path.Combine(Run, EvalInfo.FileName)).Episodes, episode => episode.VideoPath is not null);
        Assert.Equal(("left", 0), (named.Task, named.EpisodeIndex));
    }

    [Fact]
    public async Task A_policy_that_has_changed_is_refused_and_recorded_steps_need_none()
    {
        await Play("run");
        ChangePolicy("run");
        await Fails(
            $"video: the policy of {Run} has changed since the run (gain: \"2\" and \"1\"); its episodes can no longer be played again; runs with --eval.record=steps need no policy", Run, "--all");

        await Play("recorded", record: "steps");
        ChangePolicy("recorded");
        Assert.Equal(0, await _line.Run("video", _line.In("recorded"), "--all"));
    }

    [Fact]
    public async Task Another_engine_is_refused()
    {
        await Play("run", record: "steps");
        Replace("run", "\"walk\": \"1.0\"", "\"walk\": \"0.9\"");
        await Fails($"video: {Run} was played with other engines (walk: \"0.9\" and \"1.0\"); its episodes would not be the same", Run, "--all");
    }

    [Fact]
    public async Task An_episode_that_ends_differently_gets_no_video()
    {
        await Play("run");
        string file = Path.Combine(Run, EvalInfo.FileName);
        var info = EvalInfo.Load(file);
        new EvalInfo(info.Episodes.Select(episode => episode.EpisodeIndex == 1 ? episode with { Steps = 1 } : episode), info.EvalS, info.OutputDir, info.Provenance).Save(file);
        Assert.Equal(ExitCode.Failure, await _line.Run("video", Run, "--episode=1", "--task=left"));
        Assert.Equal("no video was made", _line.Out.Lines[^1]);
        Assert.DoesNotContain(_line.Out.Lines, line => line.StartsWith("show them in the report: ", StringComparison.Ordinal));
        Assert.Contains(_line.Error.Lines, line => line.StartsWith("note: episode 1 of left (seed 1001) ended differently than in the run (1 steps, ", StringComparison.Ordinal));
        Assert.Empty(Videos(Run));
    }

    [Fact]
    public async Task A_folder_that_cannot_be_written_is_noticed_before_an_episode_is_played()
    {
        await Play("run");
        File.WriteAllText(Path.Combine(Run, "videos"), "");
        int steps = 0;
        _line.OnStep = () => Interlocked.Increment(ref steps);
        await Fails($"video: {Path.Combine(Run, "videos", "walks_0")} cannot be written ({Path.Combine(Run, "videos")} is not a folder)", Run, "--all");
        Assert.Equal(0, steps);
    }

    [Fact]
    public async Task A_run_that_was_killed_gets_videos_of_the_episodes_in_its_journal()
    {
        await Play("run", record: "steps");
        File.Delete(Path.Combine(Run, EvalInfo.FileName));
        Assert.Equal(0, await _line.Run("video", Run, "--all"));
        Assert.DoesNotContain(_line.Out.Lines, line => line.StartsWith("show them in the report: ", StringComparison.Ordinal));
        Assert.Equal(6, Videos(Run).Count);
        Assert.False(File.Exists(Path.Combine(Run, EvalInfo.FileName)));
    }

    [Theory]
    [InlineData("--all")]
    [InlineData("--failures")]
    [InlineData("--all", "--task=left")]
    public async Task A_run_of_which_no_episode_was_played_has_none_to_show(params string[] flags)
    {
        await Play("run");
        string file = Path.Combine(Run, EvalInfo.FileName);
        var info = EvalInfo.Load(file);
        new EvalInfo(
            info.Episodes.Select(episode => episode with { Error = "the simulator ended", Success = false, Steps = null, Timings = null, Diagnostics = null }),
            info.EvalS, info.OutputDir, info.Provenance).Save(file);
        Assert.Equal(0, await _line.Run(["video", Run, .. flags]));
        Assert.Equal("no episode was played; there is no video to make", _line.Out.Lines[^1]);
    }

    [Theory]
    [InlineData("video: no run is named; name one output folder: evalcore video RUN --failures", "--all")]
    [InlineData("video: too many runs; name one output folder: evalcore video RUN --failures", "RUN", "RUN", "--all")]
    [InlineData("video: name the episodes with one of --episode=TASK:K, --failures and --all", "RUN")]
    [InlineData("video: name the episodes with one of --episode=TASK:K, --failures and --all", "RUN", "--all", "--failures")]
    [InlineData("--episode: RUN has no episode 7; the last one is 2", "RUN", "--episode=1,7")]
    [InlineData("--episode: 'x' is not TASK:K nor the number K of an episode, from 0; separate several by commas", "RUN", "--episode=x")]
    [InlineData("--task: RUN has no task or group 'rigth'; did you mean 'right'?", "RUN", "--all", "--task=rigth")]
    [InlineData("--n: '0' is not a whole number, 1 or more (or null)", "RUN", "--all", "-n", "0")]
    [InlineData("unknown flag '--failure'; did you mean '--failures'?", "RUN", "--failure=true")]
    [InlineData("nowhere/eval_info.json: there is no such file; name the output folder of a finished run", "nowhere", "--all")]
    public async Task Bad_input_is_one_line(string message, params string[] args)
    {
        await Play("run");
        await Fails(message.Replace("RUN has", $"{Run} has", StringComparison.Ordinal), [.. args.Select(arg => arg == "RUN" ? Run : arg)]);
    }

    [Fact]
    public async Task A_merged_result_is_refused_with_the_folders_of_its_runs()
    {
        await Play("run");
        Assert.Equal(0, await _line.Run("merge", Run, "-o", _line.In("merged")));
        await Fails($"video: {_line.In("merged")} is a merged result; name the output folder of one of its runs: {Run}", _line.In("merged"), "--all");
    }

    private async Task Fails(string message, params string[] args)
    {
        Assert.Equal(ExitCode.BadInput, await _line.Run(["video", .. args]));
        Assert.Equal($"error: {message}", _line.Error.Lines[^1]);
    }

    private async Task Play(string folder, int render = 0, string record = "none", params string[] flags) => Assert.Equal(0, await _line.Run(
        ["--env.type=walk", "--policy.type=walker", "--policy.device=cpu", "--eval.n_episodes=3", $"--eval.n_episodes_to_render={render}", $"--eval.record={record}", $"--output_dir={_line.In(folder)}", .. flags]));

    private void ChangePolicy(string folder) => Replace(folder, "\"gain\": \"1\"", "\"gain\": \"2\"");

    private void Replace(string folder, string old, string by)
    {
        string file = _line.In(folder, EvalInfo.FileName);
        string text = File.ReadAllText(file);
        Assert.Contains(old, text);
        File.WriteAllText(file, text.Replace(old, by, StringComparison.Ordinal));
    }
}
