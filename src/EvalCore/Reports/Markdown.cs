using System.Text;

namespace EvalCore.Reports;

/// <summary>Text and tables in GitHub's Markdown.</summary>
public static class Markdown
{
    private const string Special = "\\`*_{}[]()#+!|<>~$&@";

    /// <summary>Data as text: no letter of it is markup, and it mentions nobody.</summary>
    public static string Text(string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        var text = new StringBuilder();
        foreach (char letter in EvalCoreException.Printable(data))
        {
            // An entity is text where a backslash would not be, as in a mention.
            if (letter is '<' or '>' or '&' or '@')
                text.Append("&#").Append((int)letter).Append(';');
            else if (Special.Contains(letter, StringComparison.Ordinal))
                text.Append('\\').Append(letter);
            else
                text.Append(letter);
        }

        return text.ToString();
    }

    /// <summary>Data as code, for a path or a command; a longer fence surrounds backticks in it.</summary>
    public static string Code(string data)
    {
        ArgumentNullException.ThrowIfNull(data);
        string text = EvalCoreException.Printable(data);
        int longest = 0, run = 0;
        foreach (char letter in text)
            longest = Math.Max(longest, run = letter == '`' ? run + 1 : 0);
        string fence = new('`', longest + 1), space = longest > 0 ? " " : "";
        return $"{fence}{space}{text}{space}{fence}";
    }

    /// <summary>A table: the first column to the left, the others to the right.</summary>
    public static void Table(IReadOnlyList<string> headings, IEnumerable<IReadOnlyList<string>> rows, TextWriter output)
    {
        ArgumentNullException.ThrowIfNull(headings);
        ArgumentNullException.ThrowIfNull(rows);
        ArgumentNullException.ThrowIfNull(output);
        output.WriteLine($"| {string.Join(" | ", headings)} |");
        output.WriteLine($"|---|{string.Concat(Enumerable.Repeat("---:|", headings.Count - 1))}");
        foreach (var row in rows)
            output.WriteLine($"| {string.Join(" | ", row.Select(Text))} |");
    }
}
