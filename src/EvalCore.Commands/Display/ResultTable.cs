using System.Globalization;
using EvalCore.Results;
using Spectre.Console;
using Spectre.Console.Rendering;

namespace EvalCore.Commands.Display;

/// <summary>The result of a run as a table: a row per task, per group where there are several, and overall.</summary>
internal static class ResultTable
{
    /// <summary>
    /// Prints the table. The mean progress is a column where a task's goal has several conditions. A narrow terminal gets no
    /// rewards and steps; the file contains them.
    /// </summary>
    public static void Write(EvalInfo info, IAnsiConsole console)
    {
        IRenderable whole = Make(info, "avg sum reward", "avg max reward", "avg steps");
        bool fits = whole.Measure(RenderOptions.Create(console), int.MaxValue).Max <= console.Profile.Width;
        console.Write(fits ? whole : Make(info));
    }

    /// <summary>Makes the table with its first columns and further ones.</summary>
    private static Table Make(EvalInfo info, params ReadOnlySpan<string> more)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("task");
        bool hasProgress = info.Episodes.Any(episode => episode.NConditions > 1);
        bool hasErrors = info.Errors.Count > 0;
        foreach (string heading in (string[])["episodes", .. hasErrors ? ["errors"] : Array.Empty<string>(), "success", .. hasProgress ? ["progress"] : Array.Empty<string>(), .. more])
            table.AddColumn(new TableColumn(heading).RightAligned());

        // A task that was named individually is its own group.
        bool grouped = info.PerGroup.Count > 1 && info.PerGroup.Count < info.PerTask.Count;
        foreach (var task in info.PerTask)
            Row(grouped && task.TaskGroup != task.Task ? $"{task.TaskGroup} / {task.Task}" : task.Task, task.Metrics, task.Episodes, task.Errors.Count);
        if (grouped)
        {
            table.AddEmptyRow();
            foreach (var (group, metrics) in info.PerGroup)
                Row(group, metrics, info.Episodes.Where(episode => episode.TaskGroup == group), info.Errors.Count(episode => episode.TaskGroup == group));
        }

        if (info.PerTask.Count > 1)
            table.AddEmptyRow();
        Row("overall", info.Overall, info.Episodes, info.Errors.Count);
        return table;

        void Row(string name, Aggregate metrics, IEnumerable<EpisodeRecord> episodes, int errors)
        {
            string[] cells =
            [
                name, $"{metrics.NEpisodes}", .. hasErrors ? [$"{errors}"] : Array.Empty<string>(), ProgressView.Percent(metrics.PcSuccess),
                .. hasProgress ? [ProgressView.Percent(100 * metrics.AvgProgress)] : Array.Empty<string>(), Mean(metrics.AvgSumReward), Mean(metrics.AvgMaxReward),
                episodes.Average(episode => episode.Steps)?.ToString("0.0", CultureInfo.InvariantCulture) ?? "",
            ];
            table.AddRow(cells.Take(table.Columns.Count).Select(cell => new Text(cell)));

            string Mean(double reward) => metrics.NEpisodes == 0 ? "-" : Number(reward);
        }
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
