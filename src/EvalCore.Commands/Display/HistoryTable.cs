using System.Globalization;
using EvalCore.History;

namespace EvalCore.Commands.Display;

/// <summary>A history for a terminal: a line for each entry, the last one at the end.</summary>
internal static class HistoryTable
{
    private const int LongestName = 48;

    /// <summary>Writes it. All numbers are right-aligned. The errors have a column where there are some.</summary>
    public static void Write(IReadOnlyList<HistoryEntry> entries, TextWriter writer)
    {
        bool hasErrors = entries.Any(entry => entry.Errors > 0);
        string[] headings = ["finished", "commit", "suite", "policy or benchmark", "episodes", .. hasErrors ? ["errors"] : Array.Empty<string>(), "success", "time"];
        string[][] rows = [headings, .. entries.Select(entry => Row(entry, hasErrors))];
        int[] widths = [.. Enumerable.Range(0, headings.Length).Select(column => rows.Max(row => row[column].Length))];
        foreach (string[] row in rows)
        {
            writer.WriteLine(string.Join("  ", row.Select((cell, i) => i < 4 ? cell.PadRight(widths[i]) : cell.PadLeft(widths[i]))).TrimEnd());
            if (row == headings)
                writer.WriteLine(string.Join("  ", widths.Select(width => new string('─', width))));
        }
    }

    private static string[] Row(HistoryEntry entry, bool hasErrors) =>
    [
        entry.FinishedAt.ToLocalTime().ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture),
        EvalCoreException.Printable(entry.ShortCommit),
        EvalCoreException.Printable(entry.Suite),
        Short(EvalCoreException.Printable(entry.Kind == HistoryKind.Run ? entry.Policy : entry.Name)),
        entry.Kind == HistoryKind.Run ? $"{entry.Episodes}" : "",
        .. hasErrors ? [entry.Kind == HistoryKind.Run ? $"{entry.Errors}" : ""] : Array.Empty<string>(),
        entry.Episodes == 0 ? "" : ProgressView.Percent(100.0 * entry.Successes / entry.Episodes),
        entry is { Kind: HistoryKind.Run, Episodes: 0 } ? "" : HistoryCheck.Text(entry.Seconds),
    ];

    /// <summary>The end of a long name: the beginnings are alike.</summary>
    private static string Short(string name) => name.Length <= LongestName ? name : $"…{name[^(LongestName - 1)..]}";
}
