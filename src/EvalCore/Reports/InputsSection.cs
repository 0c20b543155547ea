using EvalCore.Features;
using EvalCore.Results;

namespace EvalCore.Reports;

/// <summary>What the policy observed and did, compared with the statistics of its training data and with the environment's bounds.</summary>
internal static class InputsSection
{
    /// <summary>The most components of a feature that are listed.</summary>
    private const int MostComponents = 64;

    /// <summary>Whether the result records what the policy observed.</summary>
    public static bool IsShown(RunReport report) => report.Run.Info.Episodes.Any(episode => episode.Diagnostics is not null);

    /// <summary>Writes the section; nothing where nothing was recorded.</summary>
    public static void Write(HtmlWriter html, RunReport report)
    {
        if (!IsShown(report))
            return;
        var info = report.Run.Info;
        html.Write($"<section id=\"inputs\"><h2>Inputs and actions</h2>\n<p>What the policy observed and did, compared with the statistics of its training data and with the bounds of the environment. What is far out is among the notes above.</p>\n");
        foreach (var suite in info.PerTask.GroupBy(task => task.Suite))
        {
            if (DiagnosticNotes.FeaturesOf(info, suite.Key) is { } features && EpisodeDiagnostics.Sum(suite.Select(task => task.Diagnostics)) is { } seen)
                Write(html, $"Features{(suite.Key is null ? "" : $" of {suite.Key}")}", features, seen);
        }

        html.Write($"</section>\n");
    }

    private static void Write(HtmlWriter html, string caption, IReadOnlyDictionary<string, Feature> features, EpisodeDiagnostics seen)
    {
        var counted = features.Select(feature => (Name: feature.Key, Feature: feature.Value, Counts: FeatureNotes.Counts(seen, feature.Key, feature.Value)))
            .Where(feature => feature.Counts is not null).ToList();
        var table = new HtmlTable(caption, ["feature", "observations", "outside the statistics", "far outside", "outside the bounds", "not finite", "black images"]);
        foreach (var (name, feature, counts) in counted)
        {
            bool isImage = feature.Kind == FeatureKind.Image;
            table.Add(
            [
                HtmlTable.Cell(name), HtmlTable.Cell(counts!.Observations),
                HtmlTable.Cell(feature.Statistics is null ? "no statistics" : Share(counts.Outside, counts.Values)),
                HtmlTable.Cell(feature.Statistics is null ? "" : Share(counts.FarOut, counts.Values)),
                HtmlTable.Cell(feature.ActionSpace is null ? "" : Share(counts.OutsideBounds, counts.Values)),
                HtmlTable.Cell(isImage ? "" : $"{counts.NotFinite}"),
                HtmlTable.Cell(isImage ? FeatureNotes.Percent((double)counts.Black / counts.Observations) : ""),
            ]);
        }

        table.Write(html);
        foreach (var (name, feature, counts) in counted)
            Components(html, name, feature, counts!);
    }

    private static void Components(HtmlWriter html, string name, Feature feature, FeatureCounts counts)
    {
        double scale = feature.Kind == FeatureKind.Image ? 255 : 1;
        html.Write($"<details><summary>{name}: {NumberText.Count(feature.Components, feature.Kind == FeatureKind.Image ? "channel" : "component")}</summary>\n");
        var table = new HtmlTable(
            $"Components of {name}", ["component", "mean", "seen", $"statistics{(feature.Statistics?.RangeName is { } range ? $" {range}" : "")}", "outside", "bounds", "outside the bounds"]);
        for (int i = 0; i < Math.Min(feature.Components, MostComponents); i++)
        {
            var bounds = feature.BoundsOf(i);
            table.Add(
            [
                HtmlTable.Cell(feature.ActionSpace is { } space && i < space.Count && space[i].Name.Length > 0 ? space[i].Name : $"{i}"),
                HtmlTable.Cell(NumberText.Number(counts.MeanOf(i) / scale)),
                HtmlTable.Cell(Range(counts.Seen(i).Times(1 / scale))),
                HtmlTable.Cell(feature.Statistics is { } statistics ? Range(statistics.Range(i)) : ""),
                HtmlTable.Cell(feature.Statistics is null ? "" : FeatureNotes.Percent((double)(counts.Outside?[i] ?? 0) / counts.Values)),
                HtmlTable.Cell(feature.ActionSpace is null ? "" : Range(bounds)),
                HtmlTable.Cell(feature.ActionSpace is null ? "" : FeatureNotes.Percent((double)(counts.OutsideBounds?[i] ?? 0) / counts.Values)),
            ]);
        }

        table.Write(html);
        if (feature.Components > MostComponents)
            html.Write($"<p>{feature.Components - MostComponents} more components are not listed.</p>\n");
        html.Write($"</details>\n");
    }

    private static string Range(Bounds range) => range.Low <= range.High && (double.IsFinite(range.Low) || double.IsFinite(range.High))
        ? $"{NumberText.Number(range.Low)} to {NumberText.Number(range.High)}"
        : "";

    private static string Share(IReadOnlyList<long>? outside, long values) =>
        FeatureNotes.Percent(outside is null ? 0 : outside.Sum(count => (double)count) / (values * outside.Count));
}
