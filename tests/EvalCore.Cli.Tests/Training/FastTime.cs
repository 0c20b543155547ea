using System.Diagnostics;

namespace EvalCore.Cli.Tests.Training;

/// <summary>A clock that runs a hundred times faster.</summary>
internal sealed class FastTime : TimeProvider
{
    private const int Factor = 100;

    private readonly DateTimeOffset _began = DateTimeOffset.UtcNow;
    private readonly long _start = Stopwatch.GetTimestamp();

    public override long TimestampFrequency => Stopwatch.Frequency;

    public override long GetTimestamp() => _start + (Stopwatch.GetTimestamp() - _start) * Factor;

    public override DateTimeOffset GetUtcNow() => _began + Stopwatch.GetElapsedTime(_start) * Factor;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, dueTime > TimeSpan.Zero ? dueTime / Factor : dueTime, period > TimeSpan.Zero ? period / Factor : period);
}
