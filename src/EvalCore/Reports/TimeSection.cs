using System.Globalization;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>Where the time of the episodes went.</summary>
internal static class TimeSection
{
    /// <summary>Whether the result records timings.</summary>
    public static bool IsShown(RunReport report) => report.Run.Info.Episodes.Any(episode => episode.Timings is not null);

    /// <summary>Writes the section; nothing where no timings are recorded.</summary>
    public static void Write(HtmlWriter html, RunReport report)
    {
        var info = report.Run.Info;
        EpisodeTimings[] timings = [.. info.Episodes.Select(episode => episode.Timings).OfType<EpisodeTimings>()];
        double total = timings.Sum(timing => timing.TotalS());
        if (!(total > 0))
            return;
        (string Name, string Meaning, double S)[] parts =
        [
            ("physics", "resetting and stepping the simulator", timings.Sum(timing => timing.PhysicsS)),
            ("rendering", "observing: images and vectors", timings.Sum(timing => timing.RenderingS)),
            ("inference", "the policy", timings.Sum(timing => timing.InferenceS)),
            ("waiting", "for a batched forward pass, or for the video encoder", timings.Sum(timing => timing.WaitingS)),
            ("harness", "the rest: this program's own share", timings.Sum(timing => timing.HarnessS)),
        ];
        html.Write($"<section id=\"time\"><h2>Where the time went</h2>\n<p>{NumberText.Count(timings.Length, "episode")} took {NumberText.Duration(total)} on their threads. With their videos they were over in {NumberText.Duration(info.EvalS)}.</p>\n");
        html.Write($"<div class=\"split\" aria-hidden=\"true\">");
        foreach (var (name, _, s) in parts)
            html.Write($"<span class=\"{name}\" style=\"flex-grow:{Share(s / total)}\"></span>");
        html.Write($"</div>\n");
        var table = new HtmlTable("Where the time of the episodes went", ["part", "share", "time", "per episode", "what it is"], "text");
        foreach (var (name, meaning, s) in parts)
        {
            var label = new HtmlWriter();
            label.Write($"<span class=\"key {name}\">{name}</span>");
            table.Add(
            [
                new Html(label.ToString()), HtmlTable.Cell(NumberText.Percent(s / total)), HtmlTable.Cell(NumberText.Duration(s)),
                HtmlTable.Cell(NumberText.Duration(s / timings.Length)), HtmlTable.Cell(meaning),
            ]);
        }

        table.Write(html);
        html.Write($"</section>\n");
    }

    private static string Share(double share) => share.ToString("0.####", CultureInfo.InvariantCulture);
}
