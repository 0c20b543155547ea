using System.Collections;
using System.ComponentModel;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EvalCore.Options;

/// <summary>
/// A public settable property of an options class, seen as a flag: its name in snake case, how its value is read,
/// and what the help says of it.
/// </summary>
public sealed class OptionProperty
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower,
        UnmappedMemberHandling = JsonUnmappedMemberHandling.Disallow,
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower) },
    };

    private readonly PropertyInfo _property;
    private readonly bool _nullable;

    private OptionProperty(PropertyInfo property, string prefix)
    {
        _property = property;
        Name = prefix + JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _nullable = Type != property.PropertyType
            || (!Type.IsValueType && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable);
    }

    /// <summary>The flag without its dashes: <c>eval.n_episodes</c>.</summary>
    public string Name { get; }

    /// <summary>What the flag does; empty where the property has no <see cref="DescriptionAttribute"/>.</summary>
    public string Description => _property.GetCustomAttribute<DescriptionAttribute>(inherit: true)?.Description ?? "";

    /// <summary>What stands for a value in the help: <c>N</c>, <c>true|false</c>, <c>TEXT</c>, <c>JSON</c>.</summary>
    public string Placeholder =>
        _property.GetCustomAttribute<PlaceholderAttribute>(inherit: true)?.Text is { } text ? text
        : Type == typeof(bool) ? "true|false"
        : Type == typeof(string) ? "TEXT"
        : Type.IsEnum ? string.Join('|', EnumNames())
        : IsNumber ? "N"
        : "JSON";

    /// <summary>The type of the value; of a nullable value type, the one inside.</summary>
    internal Type Type { get; }

    private bool IsNumber => Type == typeof(int) || Type == typeof(long) || Type == typeof(float) || Type == typeof(double);

    /// <summary>The flags of an options class, in the order of its properties.</summary>
    /// <param name="type">The class.</param>
    /// <param name="prefix">What stands before each name, for example <c>env.</c>.</param>
    public static IReadOnlyList<OptionProperty> Of(Type type, string prefix = "") =>
    [
        .. type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
            .Where(property => property.SetMethod is { IsPublic: true }
                && property.GetIndexParameters().Length == 0
                && property.GetCustomAttribute<JsonIgnoreAttribute>(inherit: true) is null)
            .DistinctBy(property => property.Name)
            .Select(property => new OptionProperty(property, prefix)),
    ];

    /// <summary>The present value as text, for the help: a new instance's is the default.</summary>
    public string TextOf(object owner) => _property.GetValue(owner) switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number when !Type.IsEnum => number.ToString(null, CultureInfo.InvariantCulture),
        var value => JsonSerializer.Serialize(value, _property.PropertyType, Json).Trim('"'),
    };

    /// <summary>The present value as JSON, as a configuration file holds it.</summary>
    public JsonNode? JsonOf(object owner) =>
        JsonSerializer.SerializeToNode(_property.GetValue(owner), _property.PropertyType, Json);

    /// <summary>Gives the property a value.</summary>
    /// <exception cref="EvalCoreException">The value is not of the property's type, or the property refuses it.</exception>
    internal void Set(object owner, OptionValue value)
    {
        object? converted = value.Texts is { } texts ? Convert(value, texts) : Convert(value, value.Json);
        try
        {
            _property.SetValue(owner, converted);
        }
        catch (TargetInvocationException e) when (e.InnerException is ArgumentException or EvalCoreException)
        {
            string reason = e.InnerException.Message;
            throw new EvalCoreException(reason.Contains(value.Label, StringComparison.Ordinal) ? reason : $"{value.Label}: {reason}", e.InnerException);
        }
    }

    private object? Convert(OptionValue value, IReadOnlyList<string?> texts)
    {
        string? text = texts[^1];
        if (text is null)
            return Type == typeof(bool) ? true : throw value.Missing();
        if (_nullable && text is "null" or "None")
            return null;
        if (Type == typeof(string))
            return text;
        if (Type == typeof(bool))
            return bool.TryParse(text, out bool flag) && text.Trim() == text ? flag : throw value.Bad("true or false");
        if (IsNumber)
            return Number(value, text);
        if (Type.IsEnum)
            return Enumerated(value, text);
        return Structure(value, IsList && !text.StartsWith('[') ? Listed(texts) : text);
    }

    private object? Convert(OptionValue value, JsonNode? json)
    {
        if (json is null)
            return _nullable ? null : throw value.Bad(Expected());
        switch (json.GetValueKind())
        {
            case JsonValueKind.String when Type == typeof(string):
                return json.GetValue<string>();
            case JsonValueKind.String when Type.IsEnum:
                return Enumerated(value, json.GetValue<string>());
            case JsonValueKind.True or JsonValueKind.False when Type == typeof(bool):
                return json.GetValue<bool>();
            case JsonValueKind.Number when IsNumber:
                return Number(value, json.ToJsonString());
            default:
                return Type == typeof(string) || Type == typeof(bool) || IsNumber || Type.IsEnum
                    ? throw value.Bad(Expected())
                    : Structure(value, json.ToJsonString());
        }
    }

    private bool IsList => Type != typeof(string) && Type.IsAssignableTo(typeof(IEnumerable)) && !IsMap;

    private bool IsMap => Type.IsAssignableTo(typeof(IDictionary))
        || (Type.IsGenericType && Type.GetGenericArguments().Length == 2);

    private object Number(OptionValue value, string text)
    {
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var culture = CultureInfo.InvariantCulture;
        if (Type == typeof(int) && int.TryParse(text, Whole, culture, out int small))
            return small;
        if (Type == typeof(long) && long.TryParse(text, Whole, culture, out long large))
            return large;
        if (Type == typeof(float) && float.TryParse(text, Real, culture, out float single) && float.IsFinite(single))
            return single;
        if (Type == typeof(double) && double.TryParse(text, Real, culture, out double real) && double.IsFinite(real))
            return real;
        throw value.Bad(Expected());
    }

    private IEnumerable<string> EnumNames() => Enum.GetNames(Type).Select(JsonNamingPolicy.SnakeCaseLower.ConvertName);

    private object Enumerated(OptionValue value, string text)
    {
        int index = EnumNames().ToList().IndexOf(text);
        return index >= 0 ? Enum.Parse(Type, Enum.GetNames(Type)[index]) : throw value.Bad(Expected());
    }

    /// <summary>A list given as one or more single values: <c>--task=a --task=b</c>.</summary>
    private string Listed(IReadOnlyList<string?> texts)
    {
        bool quoted = Type.GetElementType() == typeof(string)
            || (Type.IsGenericType && Type.GetGenericArguments()[0] == typeof(string));
        return $"[{string.Join(',', texts.Select(text => quoted ? JsonSerializer.Serialize(text) : text))}]";
    }

    private object Structure(OptionValue value, string text)
    {
        try
        {
            return JsonSerializer.Deserialize(text, Type, Json) ?? throw value.Bad(Expected());
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or ArgumentException or FormatException or InvalidOperationException)
        {
            throw value.Bad(Expected());
        }
    }

    private string Expected()
    {
        string expected =
            Type == typeof(bool) ? "true or false"
            : Type == typeof(string) ? "a text"
            : Type == typeof(int) || Type == typeof(long) ? "a whole number"
            : IsNumber ? "a number"
            : Type.IsEnum ? $"one of {string.Join(", ", EnumNames())}"
            : IsMap ? "a JSON map, for example {\"from\": \"to\"}"
            : IsList ? $"a JSON list, for example {Example()}"
            : "JSON of the expected shape";
        return _nullable && Type != typeof(string) ? $"{expected} (or null)" : expected;
    }

    private string Example() =>
        Type == typeof(string[]) || (Type.IsGenericType && Type.GetGenericArguments()[0] == typeof(string)) ? "[\"a\", \"b\"]" : "[0, 1]";
}
