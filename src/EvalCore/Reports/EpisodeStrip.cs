using System.Globalization;
using System.Text;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>
/// The episodes of a task as a strip of cells: a low one for a success, a high one for a failure. It takes some ten bytes an
/// episode, so that a page can have tens of thousands.
/// </summary>
internal static class EpisodeStrip
{
    private const int Columns = 50;
    private const int CellWidth = 5;
    private const int CellHeight = 14;
    private const int NamedFailures = 12;

    /// <summary>Draws a strip.</summary>
    public static Html Of(IReadOnlyList<EpisodeRecord> episodes)
    {
        int columns = Math.Min(Columns, episodes.Count), rows = (episodes.Count + Columns - 1) / Columns;
        StringBuilder succeeded = new(), failed = new();
        for (int i = 0; i < episodes.Count; i++)
        {
            int x = i % Columns * CellWidth, y = i / Columns * CellHeight;
            if (episodes[i].Success)
                succeeded.Append(CultureInfo.InvariantCulture, $"M{x} {y + 7}h4v5h-4z");
            else
                failed.Append(CultureInfo.InvariantCulture, $"M{x} {y}h4v12h-4z");
        }

        int width = columns * CellWidth, height = rows * CellHeight;
        var html = new HtmlWriter();
        html.Write($"<svg class=\"strip\" role=\"img\" aria-label=\"{Label(episodes)}\"{Numbers(episodes)} viewBox=\"0 0 {width} {height}\" width=\"{width}\" height=\"{height}\">");
        if (succeeded.Length > 0)
            html.Write($"<path class=\"s\" d=\"{succeeded.ToString()}\"/>");
        if (failed.Length > 0)
            html.Write($"<path class=\"f\" d=\"{failed.ToString()}\"/>");
        html.Write($"</svg>");
        return new Html(html.ToString());
    }

    private static string Label(IReadOnlyList<EpisodeRecord> episodes)
    {
        var failed = episodes.Where(episode => !episode.Success).Select(episode => episode.EpisodeIndex).ToList();
        string which = failed.Count is 0 || failed.Count == episodes.Count
            ? ""
            : $"; failed: {string.Join(", ", failed.Take(NamedFailures))}{(failed.Count > NamedFailures ? $" and {failed.Count - NamedFailures} more" : "")}";
        return $"{episodes.Count - failed.Count} of {episodes.Count} episodes succeeded{which}";
    }

    /// <summary>The first index and its seed for the script that names a cell, where the others follow from them.</summary>
    private static Html Numbers(IReadOnlyList<EpisodeRecord> episodes)
    {
        var first = episodes[0];
        for (int i = 0; i < episodes.Count; i++)
        {
            if (episodes[i].EpisodeIndex != first.EpisodeIndex + i || episodes[i].Seed != first.Seed + i)
                return default;
        }

        var html = new HtmlWriter();
        html.Write($" data-index=\"{first.EpisodeIndex}\"");
        if (first.Seed is { } seed)
            html.Write($" data-seed=\"{seed}\"");
        return new Html(html.ToString());
    }
}
