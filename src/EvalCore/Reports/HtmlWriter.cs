using System.Globalization;
using System.Runtime.CompilerServices;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Unicode;

namespace EvalCore.Reports;

/// <summary>
/// Writes HTML from interpolated strings. What is between the braces is data and is escaped, unless it is <see cref="Html"/>;
/// only the text of the program itself is markup.
/// </summary>
internal sealed class HtmlWriter
{
    private static readonly HtmlEncoder Encoder = HtmlEncoder.Create(UnicodeRanges.All);

    private readonly StringBuilder _text = new();

    /// <summary>Appends HTML.</summary>
#pragma warning disable CA1822, IDE0060 // The handler has appended it to this writer.
    public void Write([InterpolatedStringHandlerArgument("")] Handler html)
#pragma warning restore CA1822, IDE0060
    {
    }

    /// <summary>Data as HTML: control characters become visible, and what is markup becomes text.</summary>
    public static string Encode(string text) => Encoder.Encode(EvalCoreException.Printable(text));

    /// <inheritdoc/>
    public override string ToString() => _text.ToString();

    /// <summary>Appends the parts of an interpolated string to its writer.</summary>
    [InterpolatedStringHandler]
    public readonly ref struct Handler
    {
        private readonly StringBuilder _text;

        /// <summary>The compiler calls it.</summary>
#pragma warning disable IDE0060 // The compiler passes the lengths.
        public Handler(int literalLength, int formattedCount, HtmlWriter writer) => _text = writer._text;
#pragma warning restore IDE0060

        /// <summary>Appends markup.</summary>
        public void AppendLiteral(string markup) => _text.Append(markup);

        /// <summary>Appends HTML.</summary>
        public void AppendFormatted(Html html) => _text.Append(html.Text);

        /// <summary>Appends data.</summary>
        public void AppendFormatted(string? text) => _text.Append(Encode(text ?? ""));

        /// <summary>Appends a number.</summary>
        public void AppendFormatted(long? number) => _text.Append(CultureInfo.InvariantCulture, $"{number}");
    }
}
