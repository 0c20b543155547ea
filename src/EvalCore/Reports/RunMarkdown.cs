using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>The most important of a report in a few lines of Markdown.</summary>
internal static class RunMarkdown
{
    private const int MostTasks = 20;
    private const int MostNotes = 5;

    /// <summary>Writes them.</summary>
    /// <param name="report">The report.</param>
    /// <param name="file">Where the page is; null where there is none.</param>
    public static string Of(RunReport report, string? file)
    {
        var info = report.Run.Info;
        var overall = info.Overall;
        using var output = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        output.WriteLine($"### {Markdown.Text(ReportIdentity.Of(info).Title)}: success rate {NumberText.Percent(overall.PcSuccess / 100)}");
        output.WriteLine();
        if (report.Comparison is { } comparison)
            output.WriteLine($"**{Markdown.Text(ComparisonText.Verdict(comparison))}**\n");
        else if (report.NotCompared is { } reason)
            output.WriteLine($"**not compared with the baseline**: {Markdown.Text(reason)}\n");
        output.WriteLine(
            $"95 % interval {NumberText.Percents(overall.PcSuccessCi95.FromPercent())}, {overall.NSuccess} of {NumberText.Count(overall.NEpisodes, "episode")}{(info.Errors.Count == 0 ? "" : $", {NumberText.Count(info.Errors.Count, "error")} (not counted)")}, {NumberText.Duration(info.EvalEpS)} per episode");
        output.WriteLine();
        if (report.Comparison is not null)
            Dropped(report.Comparison, output);
        if (info.PerTask.Count > 1)
            Tasks(info, output);
        foreach (string note in report.Notes.Take(MostNotes))
            output.WriteLine($"- {Markdown.Text(note)}");
        if (report.Notes.Count > MostNotes)
            output.WriteLine($"- {NumberText.NotShown(report.Notes.Count - MostNotes, "note")}");
        output.WriteLine();
        output.WriteLine(file is null ? $"Run: {Markdown.Code(report.Run.Name)}" : $"Report: {Markdown.Code(file)}");
        return output.ToString();
    }

    private static void Dropped(Comparison comparison, StringWriter output)
    {
        if (comparison.Tasks.Count < 2)
            return;
        var dropped = comparison.Tasks.Select((task, i) => (Task: task, Holm: comparison.Holm[i])).Where(task => task.Task.Difference < 0).OrderBy(task => task.Task.Difference).ToList();
        if (dropped.Count == 0)
        {
            output.WriteLine("No task dropped.\n");
            return;
        }

        output.WriteLine($"{NumberText.Count(dropped.Count, "task")} dropped{(dropped.Count > MostTasks ? $"; the {MostTasks} largest drops" : "")}:\n");
        Markdown.Table(
            ["task", "baseline", "this run", "difference", "95 % interval", "p (Holm)"],
            dropped.Take(MostTasks).Select(task => (IReadOnlyList<string>)
            [
                task.Task.Name, NumberText.Percent(task.Task.A.Rate), NumberText.Percent(task.Task.B.Rate), NumberText.Points(task.Task.Difference),
                $"{NumberText.Points(task.Task.Interval95.Low)} to {NumberText.Points(task.Task.Interval95.High)}", ComparisonText.PValue(task.Holm),
            ]),
            output);
        output.WriteLine();
    }

    private static void Tasks(EvalInfo info, StringWriter output)
    {
        if (info.PerTask.Count > MostTasks)
            output.WriteLine($"The {MostTasks} tasks of {info.PerTask.Count} with the lowest rates:\n");
        Markdown.Table(
            ["task", "episodes", "success rate", "95 % interval"],
            info.PerTask.Select(task => (task.Task, task.Metrics)).OrderBy(task => task.Metrics.PcSuccess).Take(MostTasks).Select(task => (IReadOnlyList<string>)
            [
                task.Task, $"{task.Metrics.NEpisodes}", NumberText.Percent(task.Metrics.PcSuccess / 100), NumberText.Percents(task.Metrics.PcSuccessCi95.FromPercent()),
            ]),
            output);
        output.WriteLine();
    }
}
