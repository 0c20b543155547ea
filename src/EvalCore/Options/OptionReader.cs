using System.Collections;
using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Options;

/// <summary>
/// Converts JSON to the types that options have: numbers, booleans, strings, enumerations,
/// <see cref="IParsable{TSelf}"/> types, lists and string-keyed maps of them, and records. <c>JsonSerializer</c> is not
/// used, because its start-up takes 50 ms.
/// </summary>
internal static class OptionReader
{
    private static readonly ConcurrentDictionary<Type, MethodInfo?> Parsers = new();

    /// <summary>Whether a type is a list: enumerable, but neither a string nor a map.</summary>
    public static bool IsList(Type type) => type != typeof(string) && type.IsAssignableTo(typeof(IEnumerable)) && !IsMap(type);

    /// <summary>Whether a type is a map with string keys.</summary>
    public static bool IsMap(Type type) => type.IsGenericType && type.GetGenericArguments() is [var key, _] && key == typeof(string);

    /// <summary>Whether a type is a number.</summary>
    public static bool IsNumber(Type type) =>
        type == typeof(int) || type == typeof(long) || type == typeof(float) || type == typeof(double);

    /// <summary>The names of an enumeration's members in a file: snake case.</summary>
    public static IReadOnlyList<string> EnumNames(Type type) =>
        [.. Enum.GetNames(type).Select(name => name.Any(char.IsLower) ? JsonNamingPolicy.SnakeCaseLower.ConvertName(name) : name)];

    /// <summary>Converts a value.</summary>
    /// <param name="json">The value; not null.</param>
    /// <param name="type">The target type.</param>
    /// <param name="value">The converted value.</param>
    /// <returns>False when the value is not of that type.</returns>
    public static bool TryRead(JsonNode json, Type type, [NotNullWhen(true)] out object? value)
    {
        type = Nullable.GetUnderlyingType(type) ?? type;
        var kind = json.GetValueKind();
        value = null;
        if (IsNumber(type))
            return kind == JsonValueKind.Number && TryNumber(json.ToJsonString(), type, out value);
        if (type == typeof(bool))
            value = kind is JsonValueKind.True or JsonValueKind.False ? json.GetValue<bool>() : null;
        else if (type == typeof(string))
            value = kind == JsonValueKind.String ? json.GetValue<string>() : null;
        else if (type.IsEnum || ParserOf(type) is not null)
            return TryParse(kind == JsonValueKind.String ? json.GetValue<string>() : "", type, out value);
        else if (IsMap(type))
            value = json is JsonObject map ? Map(map, type) : null;
        else if (IsList(type))
            value = json is JsonArray list ? List(list, type) : null;
        else
            value = json is JsonObject fields ? Record(fields, type) : null;
        return value is not null;
    }

    /// <summary>Reads a number in invariant notation. It must be finite, and whole for an integer type.</summary>
    public static bool TryNumber(string text, Type type, [NotNullWhen(true)] out object? value)
    {
        const NumberStyles Whole = NumberStyles.AllowLeadingSign;
        const NumberStyles Real = NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint | NumberStyles.AllowExponent;
        var culture = CultureInfo.InvariantCulture;
        value = null;
        if (type == typeof(int))
            value = int.TryParse(text, Whole, culture, out int small) ? small : null;
        else if (type == typeof(long))
            value = long.TryParse(text, Whole, culture, out long large) ? large : null;
        else if (type == typeof(float))
            value = float.TryParse(text, Real, culture, out float single) && float.IsFinite(single) ? single : null;
        else if (type == typeof(double))
            value = double.TryParse(text, Real, culture, out double real) && double.IsFinite(real) ? real : null;
        return value is not null;
    }

    /// <summary>Reads a value that is written as a string: a member of an enumeration, or a parsable type.</summary>
    public static bool TryParse(string text, Type type, [NotNullWhen(true)] out object? value)
    {
        value = null;
        if (type.IsEnum)
        {
            int index = EnumNames(type).ToList().IndexOf(text);
            value = index >= 0 ? Enum.Parse(type, Enum.GetNames(type)[index]) : null;
        }
        else if (ParserOf(type) is { } parser)
        {
            object?[] arguments = [text, CultureInfo.InvariantCulture, null];
            value = parser.Invoke(null, arguments) is true ? arguments[2] : null;
        }

        return value is not null;
    }

    /// <summary>Whether values of a type are written as strings.</summary>
    public static bool IsParsable(Type type) => type.IsEnum || ParserOf(type) is not null;

    /// <summary>A value as JSON.</summary>
    public static JsonNode? ToJson(object? value) => value switch
    {
        null => null,
        bool flag => JsonValue.Create(flag),
        int number => JsonValue.Create(number),
        long number => JsonValue.Create(number),
        float number => JsonValue.Create(number),
        double number => JsonValue.Create(number),
        string text => JsonValue.Create(text),
        Enum member => JsonValue.Create(EnumNames(member.GetType())[Array.IndexOf(Enum.GetNames(member.GetType()), member.ToString())]),
        IDictionary map => new JsonObject(map.Keys.Cast<string>().Select(key => KeyValuePair.Create(key, ToJson(map[key])))),
        IEnumerable list when IsMap(value.GetType()) => new JsonObject(Entries(list)),
        IEnumerable list => new JsonArray([.. list.Cast<object?>().Select(ToJson)]),
        _ when ParserOf(value.GetType()) is not null => JsonValue.Create(value.ToString()),
        _ => new JsonObject(Parameters(value.GetType()).Select(parameter =>
            KeyValuePair.Create(NameOf(parameter), ToJson(value.GetType().GetProperty(parameter.Name!)!.GetValue(value))))),
    };

    private static IEnumerable<KeyValuePair<string, JsonNode?>> Entries(IEnumerable map)
    {
        foreach (object entry in map)
        {
            var type = entry.GetType();
            yield return new((string)type.GetProperty("Key")!.GetValue(entry)!, ToJson(type.GetProperty("Value")!.GetValue(entry)));
        }
    }

    private static Array? List(JsonArray list, Type type)
    {
        var element = type.GetElementType() ?? type.GetGenericArguments()[0];
        var values = Array.CreateInstance(element, list.Count);
        for (int i = 0; i < list.Count; i++)
        {
            if (list[i] is not { } item || !TryRead(item, element, out object? value))
                return null;
            values.SetValue(value, i);
        }

        return values;
    }

    private static IDictionary? Map(JsonObject map, Type type)
    {
        var element = type.GetGenericArguments()[1];
        var values = (IDictionary)Activator.CreateInstance(
            type.IsInterface ? typeof(Dictionary<,>).MakeGenericType(typeof(string), element) : type)!;
        foreach (var (key, item) in map)
        {
            if (item is null || !TryRead(item, element, out object? value))
                return null;
            values.Add(key, value);
        }

        return values;
    }

    /// <summary>A record: an object whose keys are the constructor's parameters in snake case. Other keys are ignored, as LeRobot's reader of records does.</summary>
    private static object? Record(JsonObject fields, Type type)
    {
        var parameters = Parameters(type);
        object?[] values = new object?[parameters.Length];
        for (int i = 0; i < parameters.Length; i++)
        {
            if (fields[NameOf(parameters[i])] is not { } item || !TryRead(item, parameters[i].ParameterType, out values[i]))
                return null;
        }

        return type.GetConstructors()[0].Invoke(values);
    }

    private static ParameterInfo[] Parameters(Type type) => type.GetConstructors()[0].GetParameters();

    private static string NameOf(ParameterInfo parameter) => JsonNamingPolicy.SnakeCaseLower.ConvertName(parameter.Name!);

    /// <summary><c>TryParse(string, IFormatProvider, out TSelf)</c> of a parsable type; null for other types.</summary>
    private static MethodInfo? ParserOf(Type type) => Parsers.GetOrAdd(type, static t => IsNumber(t) || t == typeof(string) || t == typeof(bool)
        ? null
        : t.GetMethod("TryParse", BindingFlags.Public | BindingFlags.Static, [typeof(string), typeof(IFormatProvider), t.MakeByRefType()]));
}
