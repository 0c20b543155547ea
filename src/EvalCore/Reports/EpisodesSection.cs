using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>The failed episodes, and the videos.</summary>
internal static class EpisodesSection
{
    /// <summary>The most failures that are listed.</summary>
    private const int MostFailures = 300;

    /// <summary>The most videos.</summary>
    private const int MostVideos = 1000;

    /// <summary>Writes the section.</summary>
    public static void Write(HtmlWriter html, RunReport report, VideoLinks videos)
    {
        html.Write($"<section id=\"episodes\"><h2>Episodes</h2>\n");
        Errors(html, report.Run.Info);
        Failures(html, report.Run.Info);
        Videos(html, report, videos);
        html.Write($"</section>\n");
    }

    private static void Errors(HtmlWriter html, EvalInfo info)
    {
        if (info.Errors.Count == 0)
            return;
        html.Write($"<details open><summary>{NumberText.Count(info.Errors.Count, "episode")} that could not be played</summary>\n");
        if (info.Errors.Count > MostFailures)
            html.Write($"<p>The first {MostFailures} are listed; <code>{EvalInfo.FileName}</code> has all.</p>\n");
        var table = new HtmlTable("Episodes that could not be played", ["task", "episode", "seed", "attempts", "reason"], info.Errors.Count > 20 ? "tall" : "");
        foreach (var episode in info.Errors.Take(MostFailures))
        {
            table.Add(
                [HtmlTable.Cell(episode.Task), HtmlTable.Cell(episode.EpisodeIndex), HtmlTable.Cell(episode.Seed), HtmlTable.Cell(episode.Attempts), HtmlTable.Cell(episode.Error)]);
        }

        table.Write(html);
        html.Write($"</details>\n");
    }

    private static void Failures(HtmlWriter html, EvalInfo info)
    {
        var failed = info.PerTask.Select(task => task.Episodes.Where(episode => !episode.Success).ToList()).Where(task => task.Count > 0).ToList();
        int count = failed.Sum(task => task.Count);
        if (info.Episodes.Count == 0)
        {
            html.Write($"<p>No episode was played.</p>\n");
            return;
        }

        if (count == 0)
        {
            html.Write($"<p>{new Html(info.Errors.Count == 0 ? "All" : "All the other")} {info.Episodes.Count} episodes succeeded.</p>\n");
            return;
        }

        // Each task has a part of the list.
        int most = Math.Max(1, MostFailures / failed.Count);
        var shown = count <= MostFailures ? failed.SelectMany(task => task).ToList() : failed.SelectMany(task => task.Take(most)).Take(MostFailures).ToList();
        html.Write($"<details{new Html(count <= 40 ? " open" : "")}><summary>{NumberText.Count(count, "failed episode")}</summary>\n");
        if (shown.Count < count)
            html.Write($"<p>The first failures of each task are listed, {shown.Count} in all; <code>{EvalInfo.FileName}</code> has every episode.</p>\n");
        bool hasStates = shown.Any(episode => episode.InitStateId is not null), hasProgress = shown.Any(episode => episode.NConditions > 1);
        var table = new HtmlTable(
            "Failed episodes",
            ["task", "episode", "seed", .. hasStates ? ["initial state"] : Array.Empty<string>(), "steps", "max reward", "sum reward", .. hasProgress ? ["progress"] : Array.Empty<string>()],
            shown.Count > 20 ? "tall" : "");
        foreach (var episode in shown)
        {
            table.Add(
            [
                HtmlTable.Cell(episode.Task), HtmlTable.Cell(episode.EpisodeIndex), HtmlTable.Cell(episode.Seed),
                .. hasStates ? [HtmlTable.Cell(episode.InitStateId)] : Array.Empty<Html>(),
                HtmlTable.Cell(episode.Steps), HtmlTable.Cell(NumberText.Number(episode.MaxReward)), HtmlTable.Cell(NumberText.Number(episode.SumReward)),
                .. hasProgress ? [HtmlTable.Cell(NumberText.Percent(episode.Progress ?? double.NaN))] : Array.Empty<Html>(),
            ]);
        }

        table.Write(html);
        html.Write($"</details>\n");
    }

    private static void Videos(HtmlWriter html, RunReport report, VideoLinks videos)
    {
        var info = report.Run.Info;
        var recorded = info.Episodes.Where(episode => episode.VideoPath is not null).ToList();
        var found = recorded.Select(episode => (Episode: episode, Url: videos.UrlOf(report.Run, episode))).Where(video => video.Url is not null).ToList();
        var tasks = found.Take(MostVideos).GroupBy(video => (video.Episode.TaskGroup, video.Episode.TaskId)).ToList();
        int count = Math.Min(found.Count, MostVideos), gone = recorded.Count - found.Count;
        html.Write($"<h3>Videos</h3>\n");
        if (gone > 0)
            html.Write($"<p>{NumberText.Count(gone, "video")} of this result {new Html(gone == 1 ? "is" : "are")} not where it says.</p>\n");
        if (found.Count > MostVideos)
            html.Write($"<p>{NumberText.NotShown(found.Count - MostVideos, "video")}; <code>{EvalInfo.FileName}</code> names all.</p>\n");
        if (recorded.Count == 0)
            html.Write($"<p>There is no video; <code>evalcore video {report.Run.Name} --failures</code> makes those of the failures, and <code>--eval.n_episodes_to_render</code> sets how many episodes of each task have one.</p>\n");
        foreach (var task in tasks)
        {
            int failures = task.Count(video => !video.Episode.Success);
            html.Write($"<details{new Html(tasks.Count == 1 ? " open" : "")}><summary>{task.First().Episode.Task}: {NumberText.Count(task.Count(), "video")}, {NumberText.Count(failures, "failure")}</summary>\n<div class=\"videos\">\n");
            foreach (var (episode, url) in task)
            {
                html.Write($"""
                    <figure>{VideoPlayer.Of(url!, 0, $"{episode.Task}, episode {episode.EpisodeIndex}", count <= VideoPlayer.MostLoaded)}
                    <figcaption><span class="key {new Html(episode.Success ? "success" : "failure")}">{(episode.Success ? "succeeded" : "failed")}</span> episode {episode.EpisodeIndex}, seed {episode.Seed}, max reward {NumberText.Number(episode.MaxReward)}</figcaption></figure>

                    """);
            }

            html.Write($"</div></details>\n");
        }
    }
}
