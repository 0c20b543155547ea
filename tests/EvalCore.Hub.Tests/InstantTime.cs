namespace EvalCore.Hub.Tests;

/// <summary>A clock whose waits end at once.</summary>
internal sealed class InstantTime : TimeProvider
{
    /// <summary>The waits, in order.</summary>
    public List<TimeSpan> Waits { get; } = [];

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (Waits)
            Waits.Add(dueTime);
        return base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? TimeSpan.Zero : dueTime, period);
    }
}
