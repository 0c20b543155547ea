using EvalCore.Comparisons;
using EvalCore.Plots;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>The comparison with the baseline: rates, what the episodes could have shown, and the discordant pairs with their videos.</summary>
internal static class ComparisonSection
{
    /// <summary>The most discordant pairs that are listed.</summary>
    private const int MostPairs = 300;

    /// <summary>The most pairs of videos.</summary>
    private const int MostVideos = 60;

    /// <summary>Writes the section; nothing without a baseline.</summary>
    public static void Write(HtmlWriter html, RunReport report, VideoLinks videos)
    {
        if (report.Baseline is null)
            return;
        html.Write($"<section id=\"comparison\"><h2>Comparison</h2>\n");
        if (report.Comparison is { } comparison)
        {
            html.Write($"<p>A is the baseline, <code>{report.Baseline.Name}</code>. B is this run, <code>{report.Run.Name}</code>. {Paired(comparison)}</p>\n");
            Facts(html, comparison);
            Plot(html, comparison);
            Rates(html, comparison);
            Pairs(html, report, comparison, videos);
        }
        else
        {
            html.Write($"<p>This run is not compared with the baseline <code>{report.Baseline.Name}</code>: {report.NotCompared}.</p>\n");
        }

        html.Write($"</section>\n");
    }

    private static string Paired(Comparison comparison) => comparison.Episodes.Pairing switch
    {
        Pairing.Seed => "Both runs started the episodes of a pair from the same state.",
        Pairing.Index => "Episodes are paired by their index.",
        _ => "The runs have no episode in common: they are compared as unpaired.",
    };

    private static void Facts(HtmlWriter html, Comparison comparison)
    {
        string[] lines =
        [
            .. comparison.Comparability.Reasons.Select(reason => $"not comparable: {reason}"),
            .. ComparisonText.Power(comparison),
            .. comparison.Episodes.Notes,
            .. comparison.Comparability.Differences.Select(difference => $"differs: {difference}"),
        ];
        html.Write($"<ul>\n");
        foreach (string line in lines)
            html.Write($"<li>{line}</li>\n");
        html.Write($"</ul>\n");
    }

    /// <summary>The differences of the tasks with their intervals, where there are several.</summary>
    private static void Plot(HtmlWriter html, Comparison comparison)
    {
        if (comparison.Tasks.Count < 2)
            return;
        var rows = Rows(comparison).Take(IntervalPlot.MostRows).ToList();
        int others = comparison.Tasks.Count + 1 - rows.Count;
        html.Write($"<figure>{new Html(IntervalPlot.Differences(rows, comparison.Options.Margin / 100))}<figcaption>B − A in percentage points with 95 % intervals, the largest drop first; the dashed line is the margin{(others > 0 ? $"; {NumberText.NotShown(others, "task")}" : "")}.</figcaption></figure>\n");
    }

    private static IEnumerable<IntervalRow> Rows(Comparison comparison) => comparison.Tasks.OrderBy(task => task.Difference)
        .Select(task => new IntervalRow(task.Name, task.Difference, task.Interval95))
        .Prepend(new IntervalRow("overall", comparison.Overall.Difference, comparison.Overall.Interval95));

    private static void Rates(HtmlWriter html, Comparison comparison)
    {
        var table = new HtmlTable("Success rates of A and B", [.. ComparisonText.RateHeadings(comparison)]);
        foreach (var row in ComparisonText.RateRows(comparison))
            table.Add([.. row.Select(cell => new Html(HtmlWriter.Encode(cell)))]);
        table.Write(html);
    }

    private static void Pairs(HtmlWriter html, RunReport report, Comparison comparison, VideoLinks videos)
    {
        var discordant = comparison.Discordant.ToList();
        if (comparison.Episodes.Pairing == Pairing.None)
            return;
        html.Write($"<h3>Pairs in which one succeeded and the other failed</h3>\n");
        if (discordant.Count == 0)
        {
            html.Write($"<p>There is none: each of the {NumberText.Count(comparison.Episodes.Pairs.Count, "pair")} had the same outcome twice.</p>\n");
            return;
        }

        html.Write($"<p>{NumberText.Count(discordant.Count, "pair")} of {comparison.Episodes.Pairs.Count}: in {discordant.Count(pair => pair.A.Success)} only A succeeded, in {discordant.Count(pair => pair.B.Success)} only B.</p>\n");
        var table = new HtmlTable(
            "Discordant pairs", ["task", "episode", "seed", "succeeded", "max reward A", "max reward B", "steps A", "steps B"], discordant.Count > 20 ? "tall" : "");
        foreach (var (a, b) in discordant.Take(MostPairs))
        {
            table.Add(
            [
                HtmlTable.Cell(b.Task), HtmlTable.Cell(a.EpisodeIndex), HtmlTable.Cell(b.Seed ?? a.Seed), new Html(a.Success ? "<span class=\"a\">only A</span>" : "<span class=\"b\">only B</span>"),
                HtmlTable.Cell(NumberText.Number(a.MaxReward)), HtmlTable.Cell(NumberText.Number(b.MaxReward)), HtmlTable.Cell(a.Steps), HtmlTable.Cell(b.Steps),
            ]);
        }

        table.Write(html);
        if (discordant.Count > MostPairs)
            html.Write($"<p>{discordant.Count - MostPairs} more are not listed; <code>evalcore compare A B --format=json</code> lists all.</p>\n");
        Videos(html, report, discordant, videos);
    }

    private static void Videos(HtmlWriter html, RunReport report, IReadOnlyList<EpisodePair> discordant, VideoLinks videos)
    {
        var playable = discordant
            .Select(pair => (Pair: pair, A: videos.UrlOf(report.Baseline!, pair.A), B: videos.UrlOf(report.Run, pair.B)))
            .Where(pair => pair.A is not null && pair.B is not null).ToList();
        var shown = playable.Take(MostVideos).Select(pair => (pair.Pair, pair.A, pair.B, First: report.Traces.FirstDifference(pair.Pair))).ToList();
        if (shown.Count == 0)
            return;
        html.Write($"<h3>Videos of these pairs</h3>\n");
        if (playable.Count > MostVideos)
            html.Write($"<p>{NumberText.NotShown(playable.Count - MostVideos, "pair")}.</p>\n");
        if (shown.Any(pair => pair.First is not null))
            html.Write($"<p>A video begins at the first step in which the two episodes differ.</p>\n");
        html.Write($"<div class=\"pairs\">\n");
        for (int i = 0; i < shown.Count; i++)
        {
            var ((a, b), urlA, urlB, first) = shown[i];
            bool isLoaded = i < VideoPlayer.MostLoaded / 2;
            // Frame k shows the state before step k. Runs with another frame rate are comparable.
            double startA = (first ?? 0) / VideoPlayer.FramesPerSecond(report.Baseline!.Info, a.Suite);
            double startB = (first ?? 0) / VideoPlayer.FramesPerSecond(report.Run.Info, b.Suite);
            html.Write($"""
                <figure class="pair"><figcaption>{b.Task}, episode {a.EpisodeIndex}, seed {b.Seed ?? a.Seed}</figcaption>
                <div><p class="a">A {Outcome(a)}</p>{VideoPlayer.Of(urlA!, startA, $"A, {a.Task}, episode {a.EpisodeIndex}", isLoaded)}</div>
                <div><p class="b">B {Outcome(b)}</p>{VideoPlayer.Of(urlB!, startB, $"B, {b.Task}, episode {b.EpisodeIndex}", isLoaded)}</div></figure>

                """);
        }

        html.Write($"</div>\n");
    }

    private static string Outcome(EpisodeRecord episode) => episode.Success ? "succeeded" : "failed";
}
