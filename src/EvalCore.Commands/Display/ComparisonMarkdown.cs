using EvalCore.Comparisons;
using EvalCore.Reports;

namespace EvalCore.Commands.Display;

/// <summary>A comparison as Markdown, for a pull request or a step summary.</summary>
internal static class ComparisonMarkdown
{
    private const int MostPairs = 50;

    /// <summary>Writes the comparison; the verdict comes first.</summary>
    public static void Write(Comparison comparison, string a, string b, TextWriter output)
    {
        output.WriteLine($"**{Markdown.Text(ComparisonText.Verdict(comparison))}**");
        output.WriteLine();
        output.WriteLine($"A: {Markdown.Code(a)}, B: {Markdown.Code(b)}");
        output.WriteLine();
        Markdown.Table(ComparisonText.RateHeadings(comparison), ComparisonText.RateRows(comparison), output);
        output.WriteLine();
        foreach (string line in ComparisonText.Power(comparison).Concat(comparison.Episodes.Notes)
            .Concat(comparison.Comparability.Differences.Select(difference => $"differs: {difference}"))
            .Concat(comparison.Comparability.Reasons.Select(reason => $"not comparable: {reason}")))
            output.WriteLine($"- {Markdown.Text(line)}");
        var discordant = comparison.Discordant.ToList();
        if (discordant.Count == 0)
            return;
        output.WriteLine();
        output.WriteLine($"<details><summary>{discordant.Count} pairs in which one succeeded and the other failed</summary>");
        output.WriteLine();
        Markdown.Table(ComparisonText.PairHeadings, discordant.Take(MostPairs).Select(ComparisonText.PairRow), output);
        output.WriteLine();
        if (discordant.Count > MostPairs)
            output.WriteLine($"and {discordant.Count - MostPairs} more; `--format=json` lists all\n");
        output.WriteLine("</details>");
    }
}
