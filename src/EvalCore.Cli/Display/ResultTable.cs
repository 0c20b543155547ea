using System.Globalization;
using EvalCore.Results;
using Spectre.Console;

namespace EvalCore.Cli.Display;

/// <summary>The result of a run as a table: a row per task, per group where there are several, and overall.</summary>
internal static class ResultTable
{
    /// <summary>Prints the table, and a line about the time.</summary>
    public static void Write(EvalInfo info, IAnsiConsole console)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn("task");
        foreach (string heading in (string[])["episodes", "success", "avg sum reward", "avg max reward", "avg steps"])
            table.AddColumn(new TableColumn(heading).RightAligned());
        // Tasks that were named one by one are groups of their own.
        bool grouped = info.PerGroup.Count > 1 && info.PerGroup.Count < info.PerTask.Count;
        foreach (var task in info.PerTask)
            Row(grouped && task.TaskGroup != task.Task ? $"{task.TaskGroup} / {task.Task}" : task.Task, task.Metrics, task.Episodes);
        if (grouped)
        {
            table.AddEmptyRow();
            foreach (var (group, metrics) in info.PerGroup)
                Row(group, metrics, info.Episodes.Where(episode => episode.TaskGroup == group));
        }

        if (info.PerTask.Count > 1)
            table.AddEmptyRow();
        Row("overall", info.Overall, info.Episodes);
        console.Write(table);

        void Row(string name, Aggregate metrics, IEnumerable<EpisodeRecord> episodes) => table.AddRow(
            new Text(name),
            new Text($"{metrics.NEpisodes}"),
            new Text(ProgressView.Percent(metrics.PcSuccess)),
            new Text(Number(metrics.AvgSumReward)),
            new Text(Number(metrics.AvgMaxReward)),
            new Text(episodes.Average(episode => episode.Steps).ToString("0.0", CultureInfo.InvariantCulture)));
    }

    private static string Number(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);
}
