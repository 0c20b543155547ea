using EvalCore.Comparisons;

namespace EvalCore.Commands.Display;

/// <summary>A comparison as Markdown, for a pull request or a step summary.</summary>
internal static class ComparisonMarkdown
{
    private const int MostPairs = 50;

    /// <summary>Writes the comparison; the verdict comes first.</summary>
    public static void Write(Comparison comparison, string a, string b, TextWriter output)
    {
        output.WriteLine($"**{ComparisonText.Verdict(comparison)}**");
        output.WriteLine();
        output.WriteLine($"A: `{a}`, B: `{b}`");
        output.WriteLine();
        Table(ComparisonText.RateHeadings(comparison), ComparisonText.RateRows(comparison), output);
        output.WriteLine();
        foreach (string line in ComparisonText.Power(comparison).Concat(comparison.Episodes.Notes)
            .Concat(comparison.Comparability.Differences.Select(difference => $"differs: {difference}"))
            .Concat(comparison.Comparability.Reasons.Select(reason => $"not comparable: {reason}")))
            output.WriteLine($"- {Escape(line)}");
        var discordant = comparison.Discordant.ToList();
        if (discordant.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine($"<details><summary>{discordant.Count} pairs in which one succeeded and the other failed</summary>");
        output.WriteLine();
        Table(ComparisonText.PairHeadings, discordant.Take(MostPairs).Select(ComparisonText.PairRow), output);
        output.WriteLine();
        output.WriteLine("</details>");
    }

    private static void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows, TextWriter output)
    {
        output.WriteLine($"| {string.Join(" | ", headings)} |");
        output.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", headings.Count - 1))}");
        foreach (var row in rows)
            output.WriteLine($"| {string.Join(" | ", row.Select(Escape))} |");
    }

    private static string Escape(string text) => text.Replace("|", "\\|", StringComparison.Ordinal).Replace("_", "\\_", StringComparison.Ordinal);
}
