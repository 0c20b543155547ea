using System.Globalization;
using System.Numerics;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using EvalCore.Files;
using YamlDotNet.Core;
using YamlDotNet.Core.Events;

namespace EvalCore.Options;

/// <summary>
/// Reads a configuration file in YAML, which LeRobot's parser (draccus) reads beside JSON. The values are those that
/// PyYAML reads, as JSON. Aliases, tags and several documents are refused.
/// </summary>
internal static partial class YamlFile
{
    private const int MaxDepth = 64;

    /// <summary>Reads a file.</summary>
    /// <param name="path">The file.</param>
    /// <param name="expected">The expected content, for the message.</param>
    /// <exception cref="EvalCoreException">
    /// The file is missing, cannot be read, or is not a YAML mapping; the message states the line.
    /// </exception>
    public static JsonObject Read(string path, string expected)
    {
        string text = "";
        try
        {
            using (var reader = new StreamReader(InputFile.Open(path)))
                text = reader.ReadToEnd();
            var parser = new Parser(new StringReader(text));
            parser.Consume<StreamStart>();
            var values = parser.TryConsume<DocumentStart>(out _) ? Node(parser, path, 0) : null;
            if (!parser.TryConsume<DocumentEnd>(out _) || !parser.TryConsume<StreamEnd>(out _))
                throw Bad(path, parser.Current, "contains more than one document");
            return values as JsonObject ?? throw new EvalCoreException($"{path}: is not a YAML mapping; expected {expected}");
        }
        catch (YamlException e)
        {
            // The place of this frequent error is otherwise that of what began before it.
            if (text.Split('\n').Index().FirstOrDefault(line => IsIndentedByTab(line.Item)) is (var index, { } tab))
                throw new EvalCoreException($"{path}: is not YAML (line {index + 1}, column {tab.IndexOf('\t') + 1}: a tab, which does not indent in YAML; use spaces); expected {expected}", e);
            throw new EvalCoreException($"{path}: is not YAML (line {e.Start.Line}, column {e.Start.Column}); expected {expected}", e);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new EvalCoreException($"{path}: there is no such file; expected {expected}", e);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw EvalCoreException.CannotRead($"{path}:", e);
        }
    }

    private static bool IsIndentedByTab(string line) =>
        line.AsSpan().TrimStart(" \t") is { Length: > 0 } rest && rest[0] is not ('#' or '\r') && line.AsSpan(0, line.Length - rest.Length).Contains('\t');

    private static JsonNode? Node(Parser parser, string path, int depth)
    {
        if (depth > MaxDepth)
            throw Bad(path, parser.Current, $"is nested deeper than {MaxDepth} levels");
        if (parser.TryConsume<Scalar>(out var scalar))
            return Value(path, scalar);
        if (parser.TryConsume<SequenceStart>(out _))
        {
            var list = new JsonArray();
            while (!parser.TryConsume<SequenceEnd>(out _))
                list.Add(Node(parser, path, depth + 1));
            return list;
        }

        if (!parser.TryConsume<MappingStart>(out _))
            throw Bad(path, parser.Current, "contains an alias; write the value itself");
        var map = new JsonObject();
        while (!parser.TryConsume<MappingEnd>(out _))
        {
            if (!parser.TryConsume<Scalar>(out var key))
                throw Bad(path, parser.Current, "has a key that is not a string");
            if (!map.TryAdd(key.Value, Node(parser, path, depth + 1)))
                throw Bad(path, key, $"contains the key '{key.Value}' twice");
        }

        return map;
    }

    private static JsonValue? Value(string path, Scalar scalar)
    {
        string text = scalar.Value;
        if (text.Contains('\0', StringComparison.Ordinal))
            throw Bad(path, scalar, "contains a NUL character");
        if (!scalar.Tag.IsEmpty && scalar.Tag.Value is not ("tag:yaml.org,2002:str" or "!"))
            throw Bad(path, scalar, $"contains the tag {scalar.Tag.Value}; write the value without it");
        if (scalar.Style != ScalarStyle.Plain || !scalar.Tag.IsEmpty)
            return JsonValue.Create(text);
        if (text is "" or "~" or "null" or "Null" or "NULL")
            return null;
        if (True().IsMatch(text) || False().IsMatch(text))
            return JsonValue.Create(True().IsMatch(text));
        return Whole(text) is { } whole ? JsonNode.Parse(whole.ToString(CultureInfo.InvariantCulture))!.AsValue()
            : Real(text) is { } real ? JsonNode.Parse(real.ToString(real == Math.Floor(real) && Math.Abs(real) < 1e15 ? "F1" : "R", CultureInfo.InvariantCulture))!.AsValue()
            : JsonValue.Create(text);
    }

    /// <summary>
    /// A whole number of YAML 1.1, which PyYAML reads: decimal, <c>0b11</c>, octal <c>017</c>, <c>0x1F</c>, and minutes and
    /// seconds, <c>1:30</c>, all with underscores. Null for anything else: <c>08</c> and <c>0o17</c> are strings.
    /// </summary>
    private static BigInteger? Whole(string text)
    {
        if (!WholeNumber().IsMatch(text))
            return null;
        string digits = text.Replace("_", "", StringComparison.Ordinal).TrimStart('+', '-');
        var number = digits switch
        {
            ['0', 'b', .. var binary] => InBase(2, binary),
            ['0', 'x', .. var hexadecimal] => InBase(16, hexadecimal),
            ['0', .. var octal] => InBase(8, octal),
            _ => digits.Split(':').Aggregate(BigInteger.Zero, (sum, part) => sum * 60 + BigInteger.Parse(part, CultureInfo.InvariantCulture)),
        };
        return text[0] == '-' ? -number : number;
    }

    private static BigInteger InBase(int radix, string digits) =>
        digits.Aggregate(BigInteger.Zero, (sum, digit) => sum * radix + Convert.ToInt32(digit.ToString(), 16));

    /// <summary>
    /// A number of YAML 1.1, which PyYAML reads: it has a point, and a sign in its exponent. Null for anything else:
    /// <c>1e3</c> and <c>1.5e3</c> are strings, and so here are the infinities and <c>.nan</c>, for which JSON has no number.
    /// </summary>
    private static double? Real(string text)
    {
        if (!Number().IsMatch(text))
            return null;
        double number = text.Replace("_", "", StringComparison.Ordinal).TrimStart('+', '-').Split(':')
            .Aggregate(0.0, (sum, part) => sum * 60 + double.Parse(part, NumberStyles.Float, CultureInfo.InvariantCulture));
        return !double.IsFinite(number) ? null : text[0] == '-' ? -number : number;
    }

    private static EvalCoreException Bad(string path, ParsingEvent? at, string what) =>
        new($"{path}: {what}{(at is null ? "" : $" (line {at.Start.Line})")}");

    [GeneratedRegex("^(true|True|TRUE|yes|Yes|YES|on|On|ON)$")]
    private static partial Regex True();

    [GeneratedRegex("^(false|False|FALSE|no|No|NO|off|Off|OFF)$")]
    private static partial Regex False();

    [GeneratedRegex(@"^[-+]?(0b_*[01][01_]*|0[0-7_]*|[1-9][0-9_]*|0x_*[0-9a-fA-F][0-9a-fA-F_]*|[1-9][0-9_]*(:[0-5]?[0-9])+)$")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^([-+]?[0-9][0-9_]*\.[0-9_]*([eE][-+][0-9]+)?|\.[0-9][0-9_]*([eE][-+][0-9]+)?|[-+]?[0-9][0-9_]*(:[0-5]?[0-9])+\.[0-9_]*)$")]
    private static partial Regex Number();
}
