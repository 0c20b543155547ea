using EvalCore.Rollout;

namespace EvalCore.Commands.Display;

/// <summary>The progress in a log: a line for each tenth of the episodes, and at least every 15 seconds.</summary>
/// <param name="writer">The log.</param>
/// <param name="time">The clock.</param>
/// <param name="title">
/// What each line begins with, for one of several runs, which then has a line every 15 seconds only; null for a single run.
/// </param>
internal sealed class PlainProgress(TextWriter writer, TimeProvider time, string? title = null)
{
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    private long _last = time.GetTimestamp();
    private int _tenths;

    /// <summary>Shows a run's progress until the run ends or fails.</summary>
    public async Task Follow(EvalProgress progress, Task run)
    {
        while (!run.IsCompleted)
        {
            Show(ProgressView.Of(progress));
            await Task.WhenAny(run, Task.Delay(Interval, time)).ConfigureAwait(false);
        }
    }

    /// <summary>Writes a line if one is due.</summary>
    internal void Show(ProgressView view)
    {
        int tenths = (int)(view.Fraction * 10);
        if ((tenths <= _tenths || title is not null) && time.GetElapsedTime(_last) < Silence)
            return;
        (_tenths, _last) = (tenths, time.GetTimestamp());
        writer.WriteLine(title is null ? $"{view}" : $"{title}: {view}");
    }
}
