using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.RegularExpressions;
using OxyPlot;

namespace EvalCore.Plots;

/// <summary>Writes plots as SVG.</summary>
internal static partial class SvgPlot
{
    /// <summary>The font of plots: the reader's own.</summary>
    public const string Font = "system-ui, sans-serif";

    /// <summary>The width of a letter at the size of a plot's text, in the wider ones of usual fonts: which one the reader has is unknown.</summary>
    public const double LetterWidth = 6.9;

    /// <summary>How much wider than drawn a plot may become in a page.</summary>
    private const double MostScale = 1.25;

    private static readonly Dictionary<string, string> Variables = PlotStyle.Variables.ToDictionary(
        entry => $"rgb({entry.Colour.R},{entry.Colour.G},{entry.Colour.B})", entry => $"var({entry.Variable})");

    /// <summary>A plot as a file of its own.</summary>
    /// <param name="model">The plot.</param>
    /// <param name="width">The width in pixels.</param>
    /// <param name="height">The height in pixels.</param>
    /// <param name="label">What the plot shows, for readers who do not see it.</param>
    public static string Of(PlotModel model, double width, double height, string label)
    {
        string drawn = SvgExporter.ExportToString(model, width, height, isDocument: false);

        // The library draws its own failure into the plot.
        if (model.GetLastPlotException() is { } failure)
            throw new InvalidOperationException($"the plot '{label}' cannot be drawn", failure);
        string inner = drawn[(drawn.IndexOf('>', drawn.IndexOf("<svg", StringComparison.Ordinal)) + 1)..];
        inner = Between().Replace(inner, "><").Replace($" font-family=\"{Font}\"", "", StringComparison.Ordinal).TrimStart();

        // Several plots are in one page, where each clip has a name of its own.
        string id = Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(inner)))[..8];
        inner = inner.Replace("id=\"clipPath", $"id=\"c{id}-", StringComparison.Ordinal).Replace("url(#clipPath", $"url(#c{id}-", StringComparison.Ordinal);
        return string.Create(
            CultureInfo.InvariantCulture,
            $"<svg xmlns=\"http://www.w3.org/2000/svg\" class=\"plot\" role=\"img\" aria-label=\"{HtmlEncoder.Default.Encode(label)}\" viewBox=\"0 0 {width} {height}\" style=\"max-width:{MostScale * width:0}px\" font-family=\"{Font}\">{inner}");
    }

    /// <summary>A plot as a part of a page, at most as wide as given; its colours are the page's CSS variables.</summary>
    /// <inheritdoc cref="Of"/>
    public static string Themed(PlotModel model, double width, double height, string label) =>
        Colour().Replace(Of(model, width, height, label), match => Variables.GetValueOrDefault(match.Value, match.Value));

    /// <summary>
    /// Data as the text of a plot: what XML cannot have, control characters for example, becomes U+FFFD, and a word joiner keeps
    /// the library from taking <c>^{</c> and <c>_{</c> for the beginning of a superscript or subscript.
    /// </summary>
    public static string Text(string data) =>
        string.Concat(data.EnumerateRunes().Select(rune => rune.Value is < ' ' or 0xFFFE or 0xFFFF ? Rune.ReplacementChar : rune))
            .Replace("^{", "^\u2060{", StringComparison.Ordinal).Replace("_{", "_\u2060{", StringComparison.Ordinal);

    [GeneratedRegex(@">\s+<")]
    private static partial Regex Between();

    [GeneratedRegex(@"rgb\(\d+,\d+,\d+\)")]
    private static partial Regex Colour();
}
