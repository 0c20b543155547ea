namespace EvalCore.Rollout;

/// <summary>
/// Finds calls of simulators and policies that do not return in time. A call's time is counted in looks at it, so that a process
/// that was stopped for a while, as by Ctrl-Z, finds none late.
/// </summary>
internal sealed class Watchdog : IDisposable
{
    private static readonly TimeSpan SlowStart = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(1);

    private readonly Lock _lock = new();
    private readonly List<CallWatch> _threads = [];
    private readonly CallLimits _limits;
    private readonly Action<CallWatch> _late;
    private readonly Action<CallWatch>? _slow;
    private readonly ITimer _timer;
    private readonly TimeSpan _pause;
    private long _looked;

    /// <param name="limits">What a call may take.</param>
    /// <param name="seconds">The limit that the user gave, in seconds; 0 for none.</param>
    /// <param name="late">Receives a late call, once, on a thread of a timer.</param>
    /// <param name="slow">Receives a start of an environment that has taken a minute, and may take longer.</param>
    public Watchdog(CallLimits limits, double seconds, Action<CallWatch> late, Action<CallWatch>? slow = null)
    {
        (_limits, _late, _slow, _looked) = (limits, late, slow, limits.Time.GetTimestamp());
        _pause = seconds > 0 ? TimeSpan.FromSeconds(Math.Clamp(seconds / 4, 0.01, LongestPause.TotalSeconds)) : LongestPause;
        _timer = limits.Time.CreateTimer(_ => Look(), null, _pause, _pause);
    }

    /// <summary>Watches another thread's calls.</summary>
    public CallWatch Watch()
    {
        var watch = new CallWatch(_limits);
        lock (_lock)
            _threads.Add(watch);
        return watch;
    }

    /// <summary>Looks at all threads.</summary>
    internal void Look()
    {
        List<CallWatch> late = [], slow = [];
        lock (_lock)
        {
            var passed = _limits.Time.GetElapsedTime(_looked);
            _looked = _limits.Time.GetTimestamp();
            if (passed > 2 * _pause)
                passed = 2 * _pause;
            foreach (var thread in _threads)
            {
                long number = thread.Number;
                bool isSame = (number & 1) != 0 && number == thread.SeenNumber;
                var age = isSame ? thread.Age + passed : TimeSpan.Zero;
                (thread.SeenNumber, thread.Age) = (number, age);
                if (isSame && age - passed <= thread.Limit && age > thread.Limit)
                    late.Add(thread);
                if (isSame && thread.Call == WatchedCall.Start && age - passed <= SlowStart && age > SlowStart)
                    slow.Add(thread);
            }
        }

        foreach (var thread in late)
            _late(thread);
        foreach (var thread in slow)
            _slow?.Invoke(thread);
    }

    /// <inheritdoc/>
    public void Dispose() => _timer.Dispose();
}
