using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// Reads a field of <c>config.json</c> as LeRobot's parser does (draccus 0.11.6, <c>parsers/decoding.py</c>), which calls
/// Python's own conversions: <c>int</c> for whole numbers (<c>true</c> is 1, <c>"7"</c> is 7, but 7.0 is refused),
/// <c>float</c> for numbers, <c>str</c> for strings, and for booleans only <c>true</c>, <c>false</c> and these as strings.
/// LeRobot itself writes such values: a field that is declared a whole number and holds a boolean is saved as 0 or 1.
/// </summary>
internal static class FieldDecoder
{
    private static readonly NullabilityInfoContext Nullability = new();

    /// <summary>The value of a field as JSON of the field's own kind; what LeRobot refuses is left as it is.</summary>
    /// <param name="raw">The value in the file.</param>
    /// <param name="property">The field.</param>
    public static JsonNode? Decode(JsonNode? raw, PropertyInfo property)
    {
        if (raw is not null && property.GetCustomAttribute<WholeNumberAttribute>() is not null)
            return Int(raw) is JsonValue number && number.TryGetValue(out long whole) ? whole != 0 : raw;
        if (raw is not null)
            return Decode(raw, Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType);
        bool nullable = Nullable.GetUnderlyingType(property.PropertyType) is not null || IsNullable(property);
        return !nullable && property.PropertyType == typeof(string) ? "None" : null;
    }

    private static JsonNode Decode(JsonNode raw, Type type)
    {
        if (type == typeof(OrderedDictionary<string, PolicyFeature>))
            return raw is JsonObject features ? Features(features) : raw;
        if (type == typeof(Dictionary<string, string>))
            return raw is JsonArray pairs && pairs.All(pair => pair is JsonArray { Count: 2 }) ? Map(pairs) : raw;
        if (type.IsArray)
            return raw is JsonArray list ? new JsonArray([.. list.Select(item => item is null ? null : Decode(item, type.GetElementType()!).DeepClone())]) : raw;
        return raw switch
        {
            JsonObject or JsonArray => raw,
            _ when type == typeof(int) => Int(raw),
            _ when type == typeof(double) => Float(raw),
            _ when type == typeof(bool) => Bool(raw),
            _ when type == typeof(string) => Str(raw),
            _ => raw,
        };
    }

    /// <summary>Python's <c>int(x)</c>, floats refused.</summary>
    private static JsonNode Int(JsonNode raw) => raw.GetValueKind() switch
    {
        JsonValueKind.True => 1L,
        JsonValueKind.False => 0L,
        JsonValueKind.String when WithoutUnderscores(raw.GetValue<string>()) is { } text
            && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long number) => number,
        _ => raw,
    };

    /// <summary>Python's <c>float(x)</c>. Numbers that are not finite stay strings: JSON has no other form of them.</summary>
    private static JsonNode Float(JsonNode raw) => raw.GetValueKind() switch
    {
        JsonValueKind.True => 1.0,
        JsonValueKind.False => 0.0,
        JsonValueKind.String when WithoutUnderscores(raw.GetValue<string>()) is { } text
            && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) && double.IsFinite(number) => number,
        _ => raw,
    };

    private static JsonNode Bool(JsonNode raw) => raw.GetValueKind() != JsonValueKind.String ? raw : raw.GetValue<string>() switch
    {
        "true" => true,
        "false" => false,
        _ => raw,
    };

    /// <summary>Python's <c>str(x)</c> of a string, a boolean or a number.</summary>
    private static JsonNode Str(JsonNode raw) => raw.GetValueKind() switch
    {
        JsonValueKind.True => "True",
        JsonValueKind.False => "False",
        JsonValueKind.Number => raw.ToJsonString(),
        _ => raw,
    };

    private static JsonObject Features(JsonObject features)
    {
        var decoded = new JsonObject();
        foreach (var (name, feature) in features)
        {
            var copy = feature?.DeepClone();
            if (copy is JsonObject fields && fields["shape"] is JsonArray shape)
                fields["shape"] = Decode(shape, typeof(int[]));
            decoded.Add(name, copy);
        }

        return decoded;
    }

    private static JsonObject Map(JsonArray pairs)
    {
        var map = new JsonObject();
        foreach (var pair in pairs)
            map[pair![0]?.ToString() ?? "None"] = pair[1]?.DeepClone();
        return map;
    }

    /// <summary>Python allows white space around a number and single underscores between digits.</summary>
    private static string? WithoutUnderscores(string text)
    {
        text = text.Trim();
        for (int i = 0; i < text.Length; i++)
        {
            if (text[i] == '_' && !(i > 0 && i + 1 < text.Length && char.IsAsciiDigit(text[i - 1]) && char.IsAsciiDigit(text[i + 1])))
                return null;
        }

        return text.Replace("_", "", StringComparison.Ordinal);
    }

    private static bool IsNullable(PropertyInfo property)
    {
        // The context is not safe for several threads.
        lock (Nullability)
            return Nullability.Create(property).WriteState == NullabilityState.Nullable;
    }
}
