using EvalCore.Rollout;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EvalCore.Commands.Display;

/// <summary>The progress on a terminal: a table that is updated several times per second.</summary>
internal static class LiveProgress
{
    private const int MaxRows = 12;
    private const int BarWidth = 20;
    private const int LeastName = 30;

    /// <summary>What the other columns of a row need, with the spaces between them.</summary>
    private const int OtherColumns = 50;
    private static readonly TimeSpan Interval = TimeSpan.FromMilliseconds(200);

    /// <summary>Shows a run's progress until the run ends or fails.</summary>
    /// <param name="progress">The progress.</param>
    /// <param name="run">The run.</param>
    /// <param name="console">The terminal.</param>
    /// <param name="title">A line above the table; null for none.</param>
    public static Task Follow(EvalProgress progress, Task run, IAnsiConsole console, string? title = null) =>
        run.IsCompleted ? Task.CompletedTask : console.Live(Render(ProgressView.Of(progress), console.Profile.Width, title)).AutoClear(true).StartAsync(async live =>
        {
            while (!run.IsCompleted)
            {
                live.UpdateTarget(Render(ProgressView.Of(progress), console.Profile.Width, title));
                await Task.WhenAny(run, Task.Delay(Interval)).ConfigureAwait(false);
            }
        });

    /// <summary>The display at one moment: the tasks that are being played, then the whole run in one line.</summary>
    /// <param name="view">The progress.</param>
    /// <param name="width">The columns of the terminal.</param>
    /// <param name="title">A line above the table; null for none.</param>
    internal static IRenderable Render(ProgressView view, int width, string? title = null)
    {
        // The result has been printed: only videos are left.
        if (view is { Videos: > 0 } && view.Finished == view.Total)
            return new Text(title is null ? $"  {view}" : $"  {title}: {view}");
        var table = new Table().Border(TableBorder.Simple)
            .AddColumn("task")
            .AddColumn(new TableColumn("episodes").RightAligned())
            .AddColumn(new TableColumn("success").RightAligned())
            .AddColumn("");
        // A suite may have more tasks than a terminal has rows: then only the first unfinished tasks are shown.
        var shown = view.Tasks.Count <= MaxRows
            ? view.Tasks
            : [.. view.Tasks.Where(task => task.Finished < task.Total).Take(MaxRows)];
        int groups = view.Tasks.DistinctBy(task => task.Group).Count();
        bool grouped = groups > 1 && groups < view.Tasks.Count;
        foreach (var task in shown)
            table.AddRow(new Text(Short(grouped && task.Group != task.Name ? $"{task.Group} / {task.Name}" : task.Name, Math.Max(LeastName, width - OtherColumns))), new Text($"{task.Finished}/{task.Total}"), new Text(ProgressView.Percent(task.PcSuccess)), Bar(task.Finished, task.Total));
        List<IRenderable> rows = title is null ? [table] : [new Text($"  {title}"), table];
        if (shown.Count < view.Tasks.Count)
        {
            int over = view.Tasks.Count(task => task.Finished == task.Total);
            rows.Add(new Text($"  {over} of {view.Tasks.Count} tasks are finished"));
        }

        rows.Add(new Text($"  {view}"));
        return new Rows(rows);
    }

    /// <summary>A name that leaves its row one line: a table that is higher than the terminal cannot be updated in place.</summary>
    private static string Short(string name, int most) => name.Length <= most ? name : $"{name.AsSpan(0, most - 1)}…";

    private static Markup Bar(int finished, int total)
    {
        int full = total == 0 ? 0 : (int)((long)finished * BarWidth / total);
        return new Markup($"[green]{new string('█', full)}[/][grey]{new string('░', BarWidth - full)}[/]");
    }
}
