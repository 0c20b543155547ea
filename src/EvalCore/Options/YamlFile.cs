using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
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
        try
        {
            using var reader = new StreamReader(path);
            var parser = new Parser(reader);
            parser.Consume<StreamStart>();
            var values = parser.TryConsume<DocumentStart>(out _) ? Node(parser, path, 0) : null;
            if (!parser.TryConsume<DocumentEnd>(out _) || !parser.TryConsume<StreamEnd>(out _))
                throw Bad(path, parser.Current, "contains more than one document");
            return values as JsonObject ?? throw new EvalCoreException($"{path}: is not a YAML mapping; expected {expected}");
        }
        catch (YamlException e)
        {
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
        if (WholeNumber().IsMatch(text) && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long whole))
            return JsonValue.Create(whole);
        return Number().IsMatch(text) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number)
            ? JsonValue.Create(number)
            : JsonValue.Create(text);
    }

    private static EvalCoreException Bad(string path, ParsingEvent? at, string what) =>
        new($"{path}: {what}{(at is null ? "" : $" (line {at.Start.Line})")}");

    [GeneratedRegex("^(true|True|TRUE|yes|Yes|YES|on|On|ON)$")]
    private static partial Regex True();

    [GeneratedRegex("^(false|False|FALSE|no|No|NO|off|Off|OFF)$")]
    private static partial Regex False();

    [GeneratedRegex("^[-+]?(0|[1-9][0-9]*)$")]
    private static partial Regex WholeNumber();

    [GeneratedRegex(@"^[-+]?([0-9]+\.?[0-9]*|\.[0-9]+)([eE][-+]?[0-9]+)?$")]
    private static partial Regex Number();
}
