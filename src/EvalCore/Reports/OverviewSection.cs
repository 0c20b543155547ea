using EvalCore.Comparisons;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What a reader wants to know first: the success rate with its interval and, with a baseline, the verdict.</summary>
internal static class OverviewSection
{
    /// <summary>Writes the head of the page.</summary>
    public static void Write(HtmlWriter html, RunReport report, ReportIdentity identity)
    {
        var info = report.Run.Info;
        var overall = info.Overall;
        html.Write($"""
            <header>
            <p class="kicker">EvalCore report</p>
            <h1>{identity.Title}</h1>
            <p class="sub">
            """);
        string[] facts =
        [
            identity.Policy,
            $"{NumberText.Count(overall.NEpisodes, "episode")}{(info.PerTask.Count > 1 ? $" of {NumberText.Count(info.PerTask.Count, "task")}" : "")}",
            Seeds(info.Episodes),
            identity.Finished.Length > 0 ? $"finished {identity.Finished}" : "",
        ];
        foreach (string fact in facts.Where(fact => fact.Length > 0))
            html.Write($"<span>{fact}</span> ");
        html.Write($"</p>\n");
        Navigation(html, report);
        html.Write($"</header>\n<section id=\"overview\" aria-label=\"Overview\">\n");
        Verdict(html, report);
        html.Write($"<div class=\"tiles\">\n");
        Tile(html, "success rate", NumberText.Percent(overall.PcSuccess / 100), $"95 % interval {NumberText.Percents(overall.PcSuccessCi95.FromPercent())}", "main");
        if (report.Comparison is { } comparison)
        {
            var rates = comparison.Overall;
            Tile(html, "baseline", NumberText.Percent(rates.A.Rate), $"95 % interval {NumberText.Percents(rates.A.Wilson95)}");
            Tile(
                html, "difference, points", NumberText.Points(rates.Difference),
                $"95 % interval {NumberText.Points(rates.Interval95.Low)} to {NumberText.Points(rates.Interval95.High)}");
        }

        Tile(html, "succeeded", $"{overall.NSuccess} of {overall.NEpisodes}", Missing(overall) + (info.Errors.Count == 0 ? "" : $", {NumberText.Count(info.Errors.Count, "error")} (not counted)"));
        if (overall.AvgProgress is { } progress && info.Episodes.Any(episode => episode.NConditions > 1))
            Tile(html, "progress", NumberText.Percent(progress), "mean share of the goal's conditions");
        Tile(html, "max reward", NumberText.Number(overall.AvgMaxReward), "mean over the episodes");
        Tile(html, "sum reward", NumberText.Number(overall.AvgSumReward), "mean over the episodes");
        if (info.Episodes.Any(episode => episode.Steps is not null))
            Tile(html, "steps", NumberText.Number(info.Episodes.Average(episode => episode.Steps) ?? double.NaN), "mean over the episodes");
        Tile(html, "time per episode", NumberText.Duration(info.EvalEpS), $"{NumberText.Duration(info.EvalS)} in all");
        html.Write($"</div>\n");
        Notes(html, report);
        html.Write($"</section>\n");
    }

    private static void Navigation(HtmlWriter html, RunReport report)
    {
        html.Write($"<nav aria-label=\"Sections\">");
        if (report.Baseline is not null)
            html.Write($"<a href=\"#comparison\">Comparison</a> ");
        html.Write($"<a href=\"#tasks\">Tasks</a> <a href=\"#episodes\">Episodes</a> <a href=\"#rewards\">Rewards</a> ");
        if (TimeSection.IsShown(report))
            html.Write($"<a href=\"#time\">Time</a> ");
        if (InputsSection.IsShown(report))
            html.Write($"<a href=\"#inputs\">Inputs</a> ");
        html.Write($"<a href=\"#provenance\">Provenance</a></nav>\n");
    }

    private static void Verdict(HtmlWriter html, RunReport report)
    {
        if (report.NotCompared is { } reason)
        {
            html.Write($"<p class=\"verdict none\"><strong>not compared</strong> with {report.Baseline!.Name}: {reason}</p>\n");
        }
        else if (report.Comparison is { } comparison)
        {
            var verdict = ComparisonText.VerdictParts(comparison);
            string kind = comparison.Verdict switch
            {
                GateVerdict.Pass => "pass",
                GateVerdict.Fail => "fail",
                _ => "none",
            };
            html.Write($"<p class=\"verdict {kind}\"><strong>{verdict.Word}</strong> {verdict.Explanation}</p>\n");
        }
    }

    private static void Notes(HtmlWriter html, RunReport report)
    {
        var notes = report.Notes;
        if (notes.Count == 0)
            return;
        html.Write($"<div class=\"notes\"><h2>Notes</h2>\n<ul>\n");
        foreach (string note in notes)
            html.Write($"<li>{note}</li>\n");
        html.Write($"</ul></div>\n");
    }

    private static void Tile(HtmlWriter html, string name, string value, string remark, string kind = "") =>
        html.Write($"<div class=\"tile {kind}\"><span class=\"name\">{name}</span><span class=\"value\">{value}</span><span class=\"remark\">{remark}</span></div>\n");

    private static string Missing(Aggregate overall) => (overall.NEpisodes - overall.NSuccess) switch
    {
        _ when overall.NEpisodes == 0 => "no episode was played",
        0 => "no failure",
        var failed => NumberText.Count(failed, "failure"),
    };

    private static string Seeds(IReadOnlyList<EpisodeRecord> episodes)
    {
        var seeds = episodes.Select(episode => episode.Seed).OfType<long>().ToList();
        return seeds.Count == 0 ? "" : seeds.Min() == seeds.Max() ? $"seed {seeds.Min()}" : $"seeds {seeds.Min()} to {seeds.Max()}";
    }
}
