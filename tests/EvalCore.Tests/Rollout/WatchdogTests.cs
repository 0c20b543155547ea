using EvalCore.Environments;
using EvalCore.Rollout;

namespace EvalCore.Tests.Rollout;

/// <summary>How long a call may take, and which is late.</summary>
public sealed class WatchdogTests
{
    private static readonly EpisodeSpec Episode = new WalkConfig().Open().Tasks[0].Episode(3, 1000);

    private readonly StoppedTime _time = new();
    private readonly List<WatchedCall> _late = [];

    [Fact]
    public void A_call_may_take_a_hundred_times_the_slowest_so_far_and_at_least_a_minute()
    {
        var limits = new CallLimits(_time, 0, limitsInference: true);
        Assert.Equal(TimeSpan.FromMinutes(5), limits.Of(WatchedCall.Step, isFirst: true));
        Assert.Equal(TimeSpan.FromMinutes(1), limits.Of(WatchedCall.Step, isFirst: false));
        limits.Add(WatchedCall.Step, isFirst: true, TimeSpan.FromSeconds(100));
        Assert.Equal(TimeSpan.FromMinutes(1), limits.Of(WatchedCall.Step, isFirst: false));
        limits.Add(WatchedCall.Step, isFirst: false, TimeSpan.FromSeconds(3));
        limits.Add(WatchedCall.Step, isFirst: false, TimeSpan.FromSeconds(2));
        Assert.Equal(TimeSpan.FromSeconds(300), limits.Of(WatchedCall.Step, isFirst: false));
        Assert.Equal(TimeSpan.FromMinutes(1), limits.Of(WatchedCall.Observation, isFirst: false));
        Assert.Equal(TimeSpan.FromHours(1), limits.Of(WatchedCall.Inference, isFirst: true));
        Assert.Equal(TimeSpan.FromMinutes(10), limits.Of(WatchedCall.Inference, isFirst: false));
        Assert.Equal(TimeSpan.FromHours(1), limits.Of(WatchedCall.Planning, isFirst: true));
        Assert.Equal(TimeSpan.FromMinutes(1), limits.Of(WatchedCall.Close, isFirst: true));
    }

    [Fact]
    public void The_limit_that_is_given_is_for_every_call_but_a_start_and_an_end()
    {
        var limits = new CallLimits(_time, 20, limitsInference: false);
        Assert.Equal(TimeSpan.FromSeconds(20), limits.Of(WatchedCall.Reset, isFirst: true));
        Assert.Equal(TimeSpan.FromSeconds(20), limits.Of(WatchedCall.Inference, isFirst: true));
        Assert.Equal(TimeSpan.FromMinutes(15), limits.Of(WatchedCall.Start, isFirst: true));
        Assert.Equal(TimeSpan.FromHours(1), new CallLimits(_time, 3600, false).Of(WatchedCall.Start, isFirst: true));
        Assert.Equal(TimeSpan.FromMinutes(1), limits.Of(WatchedCall.Close, isFirst: true));
        Assert.Equal(TimeSpan.FromHours(1), new CallLimits(_time, 3600, false).Of(WatchedCall.Close, isFirst: true));
    }

    [Fact]
    public void A_policy_that_limits_its_waits_has_no_other_limit() =>
        Assert.Null(new CallLimits(_time, 0, limitsInference: false).Of(WatchedCall.Inference, isFirst: true));

    [Fact]
    public void A_call_is_late_once()
    {
        using var watchdog = New(out var thread);
        thread.Begin(WatchedCall.Reset, Episode);
        Pass(watchdog, 299);
        Assert.Empty(_late);
        Pass(watchdog, 10);
        Assert.Equal([WatchedCall.Reset], _late);
    }

    [Fact]
    public void Many_short_calls_are_not_a_long_one()
    {
        using var watchdog = New(out var thread);
        for (int i = 0; i < 20; i++)
        {
            thread.Begin(WatchedCall.Step, Episode, i);
            Pass(watchdog, 50);
            thread.End();
        }

        Assert.Empty(_late);
    }

    [Fact]
    public void A_call_that_has_thrown_is_over()
    {
        using var watchdog = New(out var thread);
        thread.Begin(WatchedCall.Reset, Episode);
        thread.GiveUp();
        Pass(watchdog, 1000);
        Assert.Empty(_late);
    }

    [Fact]
    public void Time_in_which_the_process_was_stopped_does_not_count()
    {
        using var watchdog = New(out var thread);
        thread.Begin(WatchedCall.Step, Episode);
        Pass(watchdog, 30);
        _time.Advance(TimeSpan.FromHours(9));
        watchdog.Look();
        Pass(watchdog, 200);
        Assert.Empty(_late);
    }

    private Watchdog New(out CallWatch thread)
    {
        var watchdog = new Watchdog(new CallLimits(_time, 0, limitsInference: true), 0, late => _late.Add(late.Call));
        thread = watchdog.Watch();
        return watchdog;
    }

    private void Pass(Watchdog watchdog, int seconds)
    {
        for (int i = 0; i < seconds; i++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            watchdog.Look();
        }
    }

    /// <summary>A clock that stands still, and whose timers never fire.</summary>
    private sealed class StoppedTime : TimeProvider
    {
        private long _now;

        public override long TimestampFrequency => TimeSpan.TicksPerSecond;

        public override long GetTimestamp() => _now;

        public void Advance(TimeSpan time) => _now += time.Ticks;

        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }
}
