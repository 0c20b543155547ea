using EvalCore.Plots;
using EvalCore.Results;
using EvalCore.Statistics;

namespace EvalCore.Reports;

/// <summary>How the rewards and the steps are distributed over the episodes, and where they were recorded, the reward over the steps.</summary>
internal static class RewardsSection
{
    /// <summary>Writes the section.</summary>
    public static void Write(HtmlWriter html, RunReport report)
    {
        html.Write($"<section id=\"rewards\"><h2>Rewards</h2>\n<p class=\"keys\">Numbers of episodes: <span class=\"key success\">succeeded</span> <span class=\"key failure\">failed</span>");
        if (report.Comparison is not null)
            html.Write($" <span class=\"key baseline\">baseline, scaled to as many episodes</span>");
        html.Write($"</p>\n<div class=\"plots\">\n");
        var table = new HtmlTable("Quantiles over the episodes", ["", "mean", "least", "10 %", "median", "90 %", "most"]);
        Add("max_reward", episode => episode.MaxReward);
        Add("sum_reward", episode => episode.SumReward);
        Add("steps", episode => episode.Steps);
        html.Write($"</div>\n");
        if (report.Run.Info.Episodes.Count > 0)
            table.Write(html);
        OverSteps(html, report);
        html.Write($"</section>\n");

        void Add(string name, Func<EpisodeRecord, double?> value)
        {
            var episodes = report.Run.Info.Episodes;
            double[] all = Values(episodes, value);
            if (all.Length == 0)
                return;
            double[] baseline = Values(report.Comparison?.Episodes.A ?? [], value);
            if (HistogramPlot.Of(name, Values(episodes.Where(episode => episode.Success), value), Values(episodes.Where(episode => !episode.Success), value), baseline) is { } plot)
                html.Write($"<figure>{new Html(plot)}</figure>\n");
            Array.Sort(all);
            double[] numbers = [PairwiseMean.Of(all), all[0], SampleQuantile.Of(all, 0.1), SampleQuantile.Of(all, 0.5), SampleQuantile.Of(all, 0.9), all[^1]];
            table.Add([HtmlTable.Cell(name), .. numbers.Select(number => HtmlTable.Cell(NumberText.Number(number)))]);
        }
    }

    private static double[] Values(IEnumerable<EpisodeRecord> episodes, Func<EpisodeRecord, double?> value) => [.. episodes.Select(value).OfType<double>()];

    private static void OverSteps(HtmlWriter html, RunReport report)
    {
        var recorded = report.Run.Info.Episodes.Select(episode => (episode.Success, Rewards: report.Traces.Rewards(episode))).Where(episode => episode.Rewards is { Length: > 0 }).ToList();
        if (recorded.Count == 0)
            return;
        string plot = RewardPlot.Of(
            [.. recorded.Where(episode => episode.Success).Select(episode => episode.Rewards!)], [.. recorded.Where(episode => !episode.Success).Select(episode => episode.Rewards!)]);
        html.Write($"<h3>Over the steps</h3>\n<figure>{new Html(plot)}<figcaption>The median reward of a step, and where 80 % of the rewards are, over the episodes that are not over ({NumberText.Count(recorded.Count, "episode")} recorded).</figcaption></figure>\n");
    }
}
