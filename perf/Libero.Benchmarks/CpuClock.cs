using System.Diagnostics;
using Perfolizer.Horology;

namespace Libero.Benchmarks;

/// <summary>
/// The processor time of the whole process, Mesa's threads included, in place of the time that passes: for a machine that is busy
/// with other work (<c>--cpu</c>).
/// </summary>
internal sealed class CpuClock : IClock
{
    public string Title => "processor time";

    public bool IsAvailable => true;

    public Frequency Frequency => new(TimeSpan.TicksPerSecond);

    public long GetTimestamp()
    {
        using var process = Process.GetCurrentProcess();
        return process.TotalProcessorTime.Ticks;
    }
}
