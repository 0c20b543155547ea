namespace EvalCore.Reports;

/// <summary>
/// A table with a caption for readers who do not see it, a heading for each column, and the first column as headings of the rows. It
/// scrolls in a frame of its own where the page is narrower, and is sorted by a click on a heading where scripts run.
/// </summary>
/// <param name="caption">What the table lists.</param>
/// <param name="headings">The headings of the columns.</param>
/// <param name="kind">A CSS class of the frame; <c>tall</c> limits its height on a screen.</param>
internal sealed class HtmlTable(string caption, IReadOnlyList<string> headings, string kind = "")
{
    private readonly List<(IReadOnlyList<Html> Cells, string Kind)> _rows = [];

    /// <summary>Text as the content of a cell.</summary>
    public static Html Cell(string? text) => new(HtmlWriter.Encode(text ?? ""));

    /// <summary>A number as the content of a cell.</summary>
    public static Html Cell(long? number) => Cell(FormattableString.Invariant($"{number}"));

    /// <summary>Adds a row.</summary>
    /// <param name="cells">The contents of its cells.</param>
    /// <param name="rowKind">A CSS class of the row; a row with one is not sorted.</param>
    public void Add(IReadOnlyList<Html> cells, string rowKind = "") => _rows.Add((cells, rowKind));

    /// <summary>Writes the table.</summary>
    public void Write(HtmlWriter html)
    {
        html.Write($"<div class=\"scroll {kind}\" tabindex=\"0\" role=\"region\" aria-label=\"{caption}\"><table><caption>{caption}</caption>\n<thead><tr>");
        foreach (string heading in headings)
            html.Write($"<th scope=\"col\">{heading}</th>");
        html.Write($"</tr></thead>\n<tbody>\n");
        bool isTotal = false;
        foreach (var (cells, rowKind) in _rows)
        {
            if (rowKind.Length > 0 && !isTotal)
                html.Write($"</tbody>\n<tbody class=\"total\">\n");
            isTotal |= rowKind.Length > 0;
            html.Write($"<tr><th scope=\"row\">{cells[0]}</th>");
            foreach (var cell in cells.Skip(1))
                html.Write($"<td>{cell}</td>");
            html.Write($"</tr>\n");
        }

        html.Write($"</tbody></table></div>\n");
    }
}
