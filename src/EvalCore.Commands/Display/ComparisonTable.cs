using EvalCore.Comparisons;
using Spectre.Console;

namespace EvalCore.Commands.Display;

/// <summary>A comparison for a terminal.</summary>
internal static class ComparisonTable
{
    private const int MostPairs = 20;

    /// <summary>Prints notes to standard error and the comparison to standard output; the last line is the verdict.</summary>
    public static void Write(Comparison comparison, string a, string b, Terminal terminal)
    {
        foreach (string note in comparison.Episodes.Notes)
            terminal.Note(note);
        foreach (string difference in comparison.Comparability.Differences)
            terminal.Note($"differs: {difference}");
        foreach (string reason in comparison.Comparability.Reasons)
            terminal.Note($"not comparable: {reason}");
        terminal.Writer.WriteLine($"A  {a}");
        terminal.Writer.WriteLine($"B  {b}");
        terminal.Out.Write(Make(ComparisonText.RateHeadings(comparison), ComparisonText.RateRows(comparison)));
        var discordant = comparison.Discordant.ToList();
        if (discordant.Count > 0)
        {
            terminal.Writer.WriteLine("pairs in which one succeeded and the other failed:");
            terminal.Out.Write(Make(ComparisonText.PairHeadings, discordant.Take(MostPairs).Select(ComparisonText.PairRow)));
            if (discordant.Count > MostPairs)
                terminal.Writer.WriteLine($"and {discordant.Count - MostPairs} more; --format=json lists all");
        }

        foreach (string line in ComparisonText.Power(comparison))
            terminal.Writer.WriteLine(line);
        terminal.Writer.WriteLine(ComparisonText.Verdict(comparison));
    }

    private static Table Make(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumn(headings[0]);
        foreach (string heading in headings.Skip(1))
            table.AddColumn(new TableColumn(heading).RightAligned());
        foreach (var row in rows)
            table.AddRow(row.Select(cell => new Text(cell)));
        return table;
    }
}
