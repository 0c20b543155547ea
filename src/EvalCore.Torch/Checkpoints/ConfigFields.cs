using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Options;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// Reads a typed configuration field by field, from the file or from a <c>--policy.&lt;field&gt;=&lt;value&gt;</c> flag, so
/// that an error names the field.
/// </summary>
internal static class ConfigFields
{
    /// <summary>The fields of a configuration, by LeRobot's names.</summary>
    public static IReadOnlyDictionary<string, PropertyInfo> Of(Type config) => config
        .GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.CanWrite && property.Name != nameof(PolicyConfig.ActionDim))
        .ToDictionary(property => JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name));

    /// <summary>Sets the fields a file states; fields this version does not know are listed in <paramref name="unknown"/>.</summary>
    public static void Read(PolicyConfig config, JsonObject file, string path, out IReadOnlyList<string> unknown)
    {
        var fields = Of(config.GetType());
        var extra = new List<string>();
        foreach (var (name, value) in file)
        {
            if (fields.TryGetValue(name, out var property))
                Set(config, property, value, $"{path}: field '{name}'");
            else
                extra.Add(name);
        }

        unknown = extra;
    }

    /// <summary>Sets the fields given as flags.</summary>
    public static void Override(PolicyConfig config, IReadOnlyDictionary<string, string> overrides)
    {
        if (overrides.Count == 0)
            return;
        var fields = Of(config.GetType());
        foreach (var (name, text) in overrides)
        {
            if (!fields.TryGetValue(name, out var property))
            {
                string hint = Nearest.To(name, fields.Keys) is { } near ? $"; did you mean --policy.{near}?" : "";
                throw new EvalCoreException($"--policy.{name}: a policy of type '{config.Type}' has no such field{hint}");
            }

            Set(config, property, Parse(text, property.PropertyType), $"--policy.{name}");
        }
    }

    /// <summary>The value of a field as JSON, however it was spelt.</summary>
    public static string Text(PolicyConfig config, string name) =>
        JsonSerializer.Serialize(Of(config.GetType())[name].GetValue(config));

    private static void Set(PolicyConfig config, PropertyInfo property, JsonNode? json, string where)
    {
        if (!JsonReader.TryRead(json, property.PropertyType, out object? value) || (value is null && !MayBeNull(property)))
            throw new EvalCoreException($"{where} is {json?.ToJsonString() ?? "null"}, expected {JsonReader.Describe(property.PropertyType)}");
        property.SetValue(config, value);
    }

    private static bool MayBeNull(PropertyInfo property) =>
        new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable;

    /// <summary>A flag's text as JSON; strings need no quotes, and Python's spellings are understood.</summary>
    private static JsonNode? Parse(string text, Type type)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        if (text is "null" or "None")
            return null;
        if (type == typeof(string))
            return JsonValue.Create(text);
        if (type == typeof(bool) && bool.TryParse(text, out bool truth))
            return JsonValue.Create(truth);
        if (type == typeof(double) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number))
            return JsonValue.Create(number);
        try
        {
            return JsonNode.Parse(text);
        }
        catch (JsonException)
        {
            return JsonValue.Create(text);
        }
    }
}
