using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// Reads the few kinds of values that LeRobot's files have. A serializer would do, but it costs a twentieth of a second when
/// a program starts.
/// </summary>
internal static class JsonReader
{
    /// <summary>Reads a value of a kind; null is read as null.</summary>
    /// <returns>False when the value is of another kind.</returns>
    public static bool TryRead(JsonNode? json, Type type, out object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        value = json switch
        {
            null => null,
            _ when type == typeof(int) => Scalar<int>(json),
            _ when type == typeof(double) => Scalar<double>(json),
            _ when type == typeof(bool) => Scalar<bool>(json),
            _ when type == typeof(string) => (json as JsonValue)?.TryGetValue(out string? text) == true ? text : null,
            _ when type == typeof(int[]) => List<int>(json),
            _ when type == typeof(double[]) => List<double>(json),
            _ when type == typeof(string[]) => List<string>(json),
            _ when type == typeof(Dictionary<string, string>) => Texts(json),
            _ when type == typeof(OrderedDictionary<string, PolicyFeature>) => Features(json),
            _ => throw new NotSupportedException($"no field has the type {type}"),
        };
        return json is null || value is not null;
    }

    /// <summary>What a kind is called in a message.</summary>
    public static string Describe(Type type)
    {
        var underlying = Nullable.GetUnderlyingType(type);
        string what = (underlying ?? type) switch
        {
            var t when t == typeof(int) => "a whole number",
            var t when t == typeof(double) => "a number",
            var t when t == typeof(bool) => "true or false",
            var t when t == typeof(string) => "a text",
            var t when t == typeof(int[]) => "a list of whole numbers",
            var t when t == typeof(double[]) => "a list of numbers",
            var t when t == typeof(string[]) => "a list of texts",
            var t when t == typeof(Dictionary<string, string>) => "a map of texts",
            _ => "a map of features, each with type and shape",
        };
        return underlying is null ? what : what + " or null";
    }

    private static object? Scalar<T>(JsonNode json) where T : struct => Try(json, out T value) ? value : null;

    private static bool Try<T>(JsonNode? json, [NotNullWhen(true)] out T? value)
    {
        value = default;
        return json is JsonValue scalar && scalar.TryGetValue(out value);
    }

    private static T[]? List<T>(JsonNode json)
    {
        if (json is not JsonArray array)
            return null;
        var list = new T[array.Count];
        for (int i = 0; i < list.Length; i++)
        {
            if (!Try(array[i], out T? value))
                return null;
            list[i] = value;
        }

        return list;
    }

    private static Dictionary<string, string>? Texts(JsonNode json)
    {
        if (json is not JsonObject map)
            return null;
        var texts = new Dictionary<string, string>();
        foreach (var (name, value) in map)
        {
            if (!Try(value, out string? text))
                return null;
            texts.Add(name, text);
        }

        return texts;
    }

    private static OrderedDictionary<string, PolicyFeature>? Features(JsonNode json)
    {
        if (json is not JsonObject map)
            return null;
        var features = new OrderedDictionary<string, PolicyFeature>();
        foreach (var (name, value) in map)
        {
            if (value is not JsonObject feature
                || !Try(feature["type"], out string? typeName) || !Enum.TryParse(typeName, out FeatureType type) || !Enum.IsDefined(type)
                || feature["shape"] is not { } shapeJson || List<int>(shapeJson) is not { } shape)
                return null;
            features.Add(name, new PolicyFeature(type, shape));
        }

        return features;
    }
}
