using EvalCore.Comparisons;
using EvalCore.Plots;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>The success rates of tasks and groups with their intervals: a plot, and a table with an episode per cell of a strip.</summary>
internal static class TasksSection
{
    /// <summary>The most tasks whose plot is not folded.</summary>
    private const int MostOpenRows = 30;

    /// <summary>Writes the section.</summary>
    public static void Write(HtmlWriter html, RunReport report)
    {
        var info = report.Run.Info;
        bool isGrouped = info.PerGroup.Count > 1 && info.PerGroup.Count < info.PerTask.Count;
        html.Write($"<section id=\"tasks\"><h2>Tasks</h2>\n");
        Plot(html, report, isGrouped);
        Table(html, info, isGrouped);
        html.Write($"</section>\n");
    }

    private static void Plot(HtmlWriter html, RunReport report, bool isGrouped)
    {
        var info = report.Run.Info;
        var rows = new List<IntervalRow> { Row("overall", info.Overall, report.Comparison?.Overall.A) };
        var groups = report.Comparison?.Groups.ToDictionary(group => group.Name, group => group.A) ?? [];
        if (isGrouped)
            rows.AddRange(info.PerGroup.Select(group => Row(group.Key, group.Value, groups.GetValueOrDefault(group.Key))));
        var tasks = info.PerTask.Count > 1 ? Tasks(report).OrderBy(task => task.Value).ToList() : [];
        if (tasks.Count <= MostOpenRows)
            rows.AddRange(tasks);
        html.Write($"<figure>{new Html(IntervalPlot.Rates([.. rows.Take(IntervalPlot.MostRows)]))}<figcaption>");
        if (report.Comparison is not null)
            html.Write($"<span class=\"key current\">this run</span> <span class=\"key baseline\">baseline, on the common episodes</span> ");
        html.Write($"Success rates with 95 % Wilson intervals{(tasks.Count is > 0 and <= MostOpenRows ? ", tasks with the lowest rate first" : "")}{NotShown(rows.Count, "group")}.</figcaption></figure>\n");
        if (tasks.Count > MostOpenRows)
        {
            html.Write($"<details><summary>Plot of {NumberText.Count(Math.Min(tasks.Count, IntervalPlot.MostRows), "task")}, the lowest rate first{NotShown(tasks.Count, "task")}</summary>\n<figure>{new Html(IntervalPlot.Rates([.. tasks.Take(IntervalPlot.MostRows)]))}</figure></details>\n");
        }
    }

    /// <summary>How many rows a plot leaves out; nothing where it has all.</summary>
    private static string NotShown(int rows, string noun) => rows > IntervalPlot.MostRows ? $"; {NumberText.NotShown(rows - IntervalPlot.MostRows, noun)}" : "";

    private static IEnumerable<IntervalRow> Tasks(RunReport report)
    {
        // The comparison has the tasks in the order of the baseline's episodes, by group and number.
        var baseline = report.Comparison is { } comparison
            ? comparison.Episodes.A.GroupBy(Key).Zip(comparison.Tasks).ToDictionary(task => task.First.Key, task => task.Second.A)
            : [];
        return report.Run.Info.PerTask.Where(task => task.Episodes.Count > 0).Select(task => Row(task.Task, task.Metrics, baseline.GetValueOrDefault((task.TaskGroup, task.TaskId))));

        static (string Group, int Id) Key(EpisodeRecord episode) => (episode.TaskGroup, episode.TaskId);
    }

    private static IntervalRow Row(string name, Aggregate result, RunSummary? baseline) =>
        new(name, result.PcSuccess / 100, result.PcSuccessCi95.FromPercent(), baseline?.Rate, baseline?.Wilson95 ?? default);

    private static void Table(HtmlWriter html, EvalInfo info, bool isGrouped)
    {
        bool hasProgress = info.Episodes.Any(episode => episode.NConditions > 1), hasSteps = info.Episodes.Any(episode => episode.Steps is not null);
        bool hasTimings = info.Episodes.Any(episode => episode.Timings is not null);
        string[] headings =
        [
            "task", "success rate", "95 % interval", "each episode", "episodes", .. If(hasProgress, "progress"), "max reward", "sum reward", .. If(hasSteps, "steps"),
            .. If(hasTimings, "s per episode"),
        ];
        html.Write($"<p class=\"keys\"><span class=\"key success\">succeeded</span> <span class=\"key failure\">failed</span> in the strips, in the order of episodes</p>\n");
        var table = new HtmlTable("Results of the tasks", headings);
        foreach (var task in info.PerTask)
            Add(isGrouped && task.TaskGroup != task.Task ? $"{task.TaskGroup} / {task.Task}" : task.Task, task.Metrics, task.Episodes);
        if (isGrouped)
        {
            foreach (var (name, result) in info.PerGroup)
                Add(name, result, [.. info.Episodes.Where(episode => episode.TaskGroup == name)], "group");
        }

        if (info.PerTask.Count > 1)
            Add("overall", info.Overall, info.Episodes, "overall");
        table.Write(html);

        void Add(string name, Aggregate result, IReadOnlyList<EpisodeRecord> episodes, string kind = "") => table.Add(
            [
                HtmlTable.Cell(name),
                HtmlTable.Cell(NumberText.Percent(result.PcSuccess / 100)),
                HtmlTable.Cell(NumberText.Percents(result.PcSuccessCi95.FromPercent())),
                kind.Length > 0 || episodes.Count == 0 ? default : EpisodeStrip.Of(episodes),
                HtmlTable.Cell(result.NEpisodes),
                .. If(hasProgress, HtmlTable.Cell(NumberText.Percent(result.AvgProgress ?? double.NaN))),
                HtmlTable.Cell(NumberText.Number(result.AvgMaxReward)), HtmlTable.Cell(NumberText.Number(result.AvgSumReward)),
                .. If(hasSteps, HtmlTable.Cell(NumberText.Number(episodes.Average(episode => episode.Steps) ?? double.NaN))),
                .. If(hasTimings, HtmlTable.Cell(NumberText.Number(episodes.Average(episode => episode.Timings?.TotalS()) ?? double.NaN))),
            ],
            kind);

        static T[] If<T>(bool isThere, T value) => isThere ? [value] : [];
    }
}
