using System.Text.Json.Nodes;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What produced the result, and the command that repeats it.</summary>
internal static class ProvenanceSection
{
    /// <summary>The most runs of a merged result that are shown.</summary>
    private const int MostRuns = 20;

    /// <summary>What has a place of its own in the page, or in the command.</summary>
    private static readonly string[] Elsewhere = ["features", "options", "merged"];

    /// <summary>Writes the section.</summary>
    public static void Write(HtmlWriter html, RunReport report, ReportIdentity identity)
    {
        html.Write($"<section id=\"provenance\"><h2>Provenance</h2>\n");
        if (identity.Commands.Count > 0)
            html.Write($"<h3>{(identity.Commands.Count == 1 ? "The command that repeats the run" : "The commands that repeat the runs")}</h3>\n");
        foreach (string command in identity.Commands.Take(MostRuns))
            html.Write($"<pre tabindex=\"0\"><code>{new Html(string.Join('\n', command.Split('\n').Select(HtmlWriter.Encode)))}</code></pre>\n");
        var runs = Merge.Parts(report.Run.Info.Provenance).OfType<JsonObject>().ToList();
        for (int i = 0; i < Math.Min(runs.Count, MostRuns); i++)
        {
            if (runs.Count > 1)
                html.Write($"<details><summary>run {i + 1} of {runs.Count}</summary>\n");
            var table = new HtmlTable("What produced the result", ["what", "value"], "text facts");
            foreach (var (key, value) in Flat(runs[i], ""))
                table.Add([HtmlTable.Cell(key), HtmlTable.Cell(value)]);
            table.Write(html);
            if (runs.Count > 1)
                html.Write($"</details>\n");
        }

        if (runs.Count > MostRuns)
            html.Write($"<p>{runs.Count - MostRuns} more runs are not shown; <code>{EvalInfo.FileName}</code> has all.</p>\n");
        if (runs.Count == 0)
            html.Write($"<p>lerobot-eval wrote this result and does not record what produced it.</p>\n");
        html.Write($"<p class=\"files\">Data: <code>{EvalInfo.FileName}</code> of <code>{report.Run.Name}</code></p>\n</section>\n");
    }

    private static IEnumerable<(string Key, string Value)> Flat(JsonObject json, string prefix)
    {
        foreach (var (name, value) in json)
        {
            if (prefix.Length == 0 && Elsewhere.Contains(name))
                continue;
            if (value is JsonObject inner)
            {
                foreach (var entry in Flat(inner, $"{prefix}{name}."))
                    yield return entry;
            }
            else if (value is not null && (Merge.Text(value) ?? value.ToJsonString(Journal.Json)) is { Length: > 0 } text)
            {
                yield return (prefix + name, text);
            }
        }
    }
}
