using System.Globalization;
using EvalCore.Rollout;

namespace EvalCore.Commands.Display;

/// <summary>The progress of a run at one moment, formatted for a display.</summary>
/// <param name="Tasks">The tasks.</param>
/// <param name="StepsPerSecond">Steps of all environments per second.</param>
/// <param name="Eta">The time left; null while it is unknown.</param>
/// <param name="Videos">Videos that are not written yet.</param>
internal sealed record ProgressView(IReadOnlyList<TaskProgress> Tasks, double StepsPerSecond, TimeSpan? Eta, long Videos = 0)
{
    /// <summary>The current progress of a run.</summary>
    public static ProgressView Of(EvalProgress progress) => new(progress.Tasks, progress.StepsPerSecond, progress.Eta, progress.Videos);

    /// <summary>Finished episodes.</summary>
    public long Finished => Tasks.Sum(task => (long)task.Finished);

    /// <summary>Episodes to play.</summary>
    public long Total => Tasks.Sum(task => (long)task.Total);

    /// <summary>The finished fraction, from 0 to 1.</summary>
    public double Fraction => Total == 0 ? 0 : (double)Finished / Total;

    /// <summary>The state in one line: <c>12/50 episodes  24 %  success 66.7 %  8123 steps/s  ETA 0:12</c>.</summary>
    public override string ToString()
    {
        long successes = Tasks.Sum(task => (long)task.Successes);
        long errors = Tasks.Sum(task => (long)task.Errors);
        string success = Finished == errors ? "-" : Percent(100.0 * successes / (Finished - errors));
        string unplayed = errors == 0 ? "" : $"  {errors} {(errors == 1 ? "error" : "errors")}";
        string eta = $"ETA {(Eta is { } left ? Clock(left) : "-")}";
        // After the last episode only videos are left.
        string end = Total > 0 && Finished == Total ? (Videos > 0 ? $"finishing {Videos} {(Videos == 1 ? "video" : "videos")}  {eta}" : "finishing") : eta;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{Finished}/{Total} episodes  {Fraction * 100:0} %  success {success}{unplayed}  {StepsPerSecond:0} steps/s  {end}");
    }

    /// <summary>A percentage as the displays show it.</summary>
    public static string Percent(double? percent) =>
        percent is { } value && !double.IsNaN(value) ? value.ToString("0.0", CultureInfo.InvariantCulture) + " %" : "-";

    /// <summary>A time as a clock shows it: <c>0:07</c>, <c>1:02:03</c>.</summary>
    public static string Clock(TimeSpan time)
    {
        var whole = TimeSpan.FromSeconds(Math.Ceiling(time.TotalSeconds));
        return whole.TotalHours < 1
            ? $"{whole.Minutes}:{whole.Seconds:00}"
            : $"{(int)whole.TotalHours}:{whole.Minutes:00}:{whole.Seconds:00}";
    }
}
