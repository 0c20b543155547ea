using EvalCore.Environments;
using EvalCore.Results;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

public sealed class EvalProgressTests
{
    private static readonly EnvTask Left = new("walk", "walks", 0, "left", "");

    private readonly Clock _clock = new();

    [Fact]
    public void Steps_per_second_exclude_the_time_of_remaining_videos()
    {
        var progress = new EvalProgress(_clock);
        progress.Expect(Left, videos: 1);
        progress.Expect(Left, videos: 1);
        Play(progress, steps: 30, seconds: 3);
        Assert.Equal(10, progress.StepsPerSecond, 1e-9);
        Play(progress, steps: 10, seconds: 1);
        // Only videos are left.
        Assert.Null(progress.Eta);
        _clock.Seconds += 96;
        progress.FinishVideo();
        Assert.Equal(10, progress.StepsPerSecond, 1e-9);
        Assert.Equal((1L, 100, 100), (progress.Videos, progress.Elapsed.TotalSeconds, progress.Eta!.Value.TotalSeconds));
        progress.FinishVideo();
        Assert.Equal((0L, 0), (progress.Videos, progress.Eta!.Value.TotalSeconds));
    }

    [Fact]
    public void The_time_left_ignores_episodes_of_a_resumed_journal()
    {
        var progress = new EvalProgress(_clock);
        for (int i = 0; i < 6; i++)
            progress.Expect(Left);
        progress.Finish(Record, resumed: true);
        progress.Finish(Record, resumed: true);
        Assert.Null(progress.Eta);
        Play(progress, steps: 1, seconds: 5);
        Assert.Equal(15, progress.Eta!.Value.TotalSeconds, 1e-9);
    }

    private static EpisodeRecord Record => new()
    {
        Suite = "walk", TaskGroup = "walks", TaskId = 0, Task = "left", EpisodeIndex = 0, Seed = 1000,
        Steps = 1, SumReward = 0, MaxReward = 0, Success = true, Timings = new(0, 0, 0, 0, 0),
    };

    private void Play(EvalProgress progress, int steps, double seconds)
    {
        for (int i = 0; i < steps; i++)
            progress.Step();
        _clock.Seconds += seconds;
        progress.Finish(Record, resumed: false);
    }

    private sealed class Clock : TimeProvider
    {
        public double Seconds { get; set; } = 1;

        public override long TimestampFrequency => 1000;

        public override long GetTimestamp() => (long)(1000 * Seconds);
    }
}
