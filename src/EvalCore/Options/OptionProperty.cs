using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using System.Globalization;
using System.Numerics;
using System.Reflection;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;

namespace EvalCore.Options;

/// <summary>
/// A public settable property of an options class as a flag: its name in snake case, the conversion of its value, its
/// allowed values (<see cref="RangeAttribute"/>, <see cref="AllowedValuesAttribute"/>), and its help
/// (<see cref="DescriptionAttribute"/>). Properties with <see cref="JsonIgnoreAttribute"/> are not flags.
/// </summary>
public sealed class OptionProperty
{
    private readonly PropertyInfo _property;
    private readonly bool _nullable;
    private readonly RangeAttribute? _range;
    private readonly AllowedValuesAttribute? _allowed;

    /// <summary>The property whose object has this one; null where the options class itself has it.</summary>
    private readonly PropertyInfo? _within;

    private OptionProperty(PropertyInfo property, string prefix, PropertyInfo? within)
    {
        (_property, _within) = (property, within);
        Name = prefix + JsonNamingPolicy.SnakeCaseLower.ConvertName(property.Name);
        Type = Nullable.GetUnderlyingType(property.PropertyType) ?? property.PropertyType;
        _nullable = Type != property.PropertyType
            || (!Type.IsValueType && new NullabilityInfoContext().Create(property).WriteState == NullabilityState.Nullable);
        _range = property.GetCustomAttribute<RangeAttribute>(inherit: true);
        _allowed = property.GetCustomAttribute<AllowedValuesAttribute>(inherit: true);
    }

    /// <summary>The flag without its dashes: <c>eval.n_episodes</c>.</summary>
    public string Name { get; }

    /// <summary>What the flag does; empty when the property has no <see cref="DescriptionAttribute"/>.</summary>
    public string Description => _property.GetCustomAttribute<DescriptionAttribute>(inherit: true)?.Description ?? "";

    /// <summary>
    /// The placeholder of the value in the help: <c>N</c>, <c>true|false</c>, <c>TEXT</c>, <c>JSON</c>.
    /// </summary>
    public string Placeholder =>
        _property.GetCustomAttribute<PlaceholderAttribute>(inherit: true)?.Text is { } text ? text
        : _allowed is not null ? string.Join('|', _allowed.Values)
        : Type == typeof(bool) ? "true|false"
        : Type == typeof(string) ? "TEXT"
        : Type.IsEnum ? string.Join('|', OptionReader.EnumNames(Type))
        : OptionReader.IsNumber(Type) ? "N"
        : "JSON";

    /// <summary>The allowed values; empty when any value of the type is allowed.</summary>
    public IReadOnlyList<string> Choices =>
        _allowed is not null ? [.. _allowed.Values.Select(value => $"{value}")] : Type.IsEnum ? OptionReader.EnumNames(Type) : [];

    /// <summary>The range of a number, for the help: <c>96 to 2048</c>; empty when there is no limit.</summary>
    public string Range => _range switch
    {
        null => "",
        { Minimum: var low, Maximum: int.MaxValue or long.MaxValue or double.MaxValue } => $"{Text(low)} or more",
        { Minimum: var low, Maximum: var high } => $"{Text(low)} to {Text(high)}",
    };

    /// <summary>The type of the value; for a nullable value type, the underlying type.</summary>
    internal Type Type { get; }

    /// <summary>The flags of an options class, in the order of its properties, base classes first.</summary>
    /// <param name="type">The class.</param>
    /// <param name="prefix">The prefix of each name, for example <c>env.</c>.</param>
    public static IReadOnlyList<OptionProperty> Of(Type type, string prefix = "") =>
    [
        .. Settable(type).Select(property => new OptionProperty(property, prefix, null)),
        .. type.GetProperties().Where(property => property.GetCustomAttribute<OptionsWithinAttribute>() is not null)
            .SelectMany(within => Settable(within.PropertyType).Select(property => new OptionProperty(property, prefix, within))),
    ];

    private static IEnumerable<PropertyInfo> Settable(Type type) => type.GetProperties(BindingFlags.Public | BindingFlags.Instance)
        .Where(property => property.SetMethod is { IsPublic: true }
            && property.GetIndexParameters().Length == 0
            && property.GetCustomAttribute<JsonIgnoreAttribute>(inherit: true) is null)
        .DistinctBy(property => property.Name);

    /// <summary>Checks the value of every flag of an object.</summary>
    /// <param name="owner">An object of an options class.</param>
    /// <param name="prefix">The prefix of each name, for example <c>env.</c>.</param>
    /// <exception cref="EvalCoreException">A value is invalid; the message names the flag.</exception>
    public static void Check(object owner, string prefix = "")
    {
        foreach (var property in Of(owner.GetType(), prefix))
        {
            if (!property.CanBe(property.ValueOf(owner)))
                throw new EvalCoreException($"--{property.Name}: '{property.TextOf(owner)}' is not {property.Expected()}");
        }
    }

    /// <summary>Sets the properties of an object to the values in a JSON file.</summary>
    /// <param name="owner">An object of an options class.</param>
    /// <param name="file">The file, for messages.</param>
    /// <param name="values">The file's content.</param>
    /// <returns>The keys without a property.</returns>
    /// <exception cref="EvalCoreException">A value is not of its property's type; the message names file and key.</exception>
    public static IReadOnlyList<string> Bind(object owner, string file, JsonObject values)
    {
        var properties = Of(owner.GetType()).ToDictionary(property => property.Name);
        var unknown = new List<string>();
        foreach (var (key, value) in values)
        {
            if (properties.TryGetValue(key, out var property))
                property.Set(owner, OptionValue.OfFile(file, key, value));
            else
                unknown.Add(key);
        }

        return unknown;
    }

    /// <summary>The current value as a string, for the help: that of a new instance is the default.</summary>
    public string TextOf(object owner) => ValueOf(owner) switch
    {
        null => "null",
        string text => text,
        bool flag => flag ? "true" : "false",
        IFormattable number when !Type.IsEnum => number.ToString(null, CultureInfo.InvariantCulture),
        var value => OptionReader.ToJson(value)!.ToJsonString().Trim('"'),
    };

    /// <summary>The current value as JSON, as in a configuration file.</summary>
    public JsonNode? JsonOf(object owner) => OptionReader.ToJson(ValueOf(owner));

    /// <summary>Gives an object the value that another of its class has.</summary>
    internal void Copy(object from, object to) => _property.SetValue(Holder(to), ValueOf(from));

    private object? ValueOf(object owner) => _property.GetValue(Holder(owner));

    private object Holder(object owner) => _within is null ? owner : _within.GetValue(owner)!;

    /// <summary>Sets the property.</summary>
    /// <exception cref="EvalCoreException">
    /// The value is not of the property's type, or the property rejects it.
    /// </exception>
    internal void Set(object owner, OptionValue value)
    {
        if (OutOfRange(value) is { } limit)
            throw new EvalCoreException($"{value.Label}: {value.Text()} is not possible; {limit}");
        object? converted = value.Texts is { } texts ? Convert(value, texts) : Convert(value, value.Json);
        if (!CanBe(converted))
            throw value.Bad(Expected());
        if (IsFile && converted is "")
            throw value.Bad("the name of a file");
        try
        {
            _property.SetValue(Holder(owner), converted);
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
            return IsPath ? HomeFolder.Expand(text) : text;
        if (Type == typeof(bool))
            return bool.TryParse(text, out bool flag) && text.Trim() == text ? flag : throw value.Bad(Expected());
        if (OptionReader.IsNumber(Type))
            return OptionReader.TryNumber(text, Type, out object? number) ? number : throw value.Bad(Expected());
        if (OptionReader.IsParsable(Type))
            return OptionReader.TryParse(text, Type, out object? parsed) ? parsed : throw value.Bad(Expected());
        return Structure(value, OptionReader.IsList(Type) && !text.StartsWith('[') ? Listed(texts) : text);
    }

    private object? Convert(OptionValue value, JsonNode? json)
    {
        if (json is null)
            return _nullable ? null : throw value.Bad(Expected());

        // LeRobot's parser (draccus) calls Python's float, which reads YAML's 1e-3: a string there, as it has no point.
        if (OptionReader.IsNumber(Type) && json.GetValueKind() == JsonValueKind.String)
        {
            string text = json.GetValue<string>();
            return OptionReader.TryNumber(text, Type, out object? number) ? number
                : throw value.Bad(text is "NaN" or "Infinity" or "-Infinity" && (Type == typeof(double) || Type == typeof(float)) ? "a finite number" : Expected());
        }

        if (!OptionReader.TryRead(json, Type, out object? converted))
            throw value.Bad(Expected());
        return IsPath && converted is string path ? HomeFolder.Expand(path) : converted;
    }

    /// <summary>Whether the value is a path: a shell does not replace the tilde in <c>--output_dir=~/runs</c>.</summary>
    internal bool IsPath => _property.GetCustomAttribute<PlaceholderAttribute>(inherit: true)?.Text is { } text
        && (text.StartsWith("DIR", StringComparison.Ordinal) || text.StartsWith("FILE", StringComparison.Ordinal));

    /// <summary>Whether the value is a file or a run, which have a name. An empty folder is the default one.</summary>
    private bool IsFile => _property.GetCustomAttribute<PlaceholderAttribute>(inherit: true)?.Text is { } text
        && (text.StartsWith("FILE", StringComparison.Ordinal) || text == "RUN");

    /// <summary>Whether the value is secret, and so in no file.</summary>
    internal bool IsSecret => _property.IsDefined(typeof(SecretAttribute), inherit: true);

    /// <summary>Whether the value is a command that is run.</summary>
    internal bool StartsProgram => _property.IsDefined(typeof(StartsProgramAttribute), inherit: true);

    /// <summary>The limit that a whole number exceeds, when its type cannot hold it; null otherwise.</summary>
    private string? OutOfRange(OptionValue value)
    {
        if (Type != typeof(int) && Type != typeof(long))
            return null;
        string? text = value.Texts is { } texts ? texts[^1] : value.Json?.GetValueKind() == JsonValueKind.Number ? value.Json.ToJsonString() : null;
        if (text is null || !BigInteger.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number))
            return null;
        var (low, high) = Type == typeof(int) ? (int.MinValue, (BigInteger)int.MaxValue) : (long.MinValue, (BigInteger)long.MaxValue);
        return number > high ? $"the largest number is {high}" : number < low ? $"the smallest number is {_range?.Minimum ?? low}" : null;
    }

    private bool CanBe(object? value) =>
        value is null || ((_range is null || _range.IsValid(value)) && (_allowed is null || _allowed.Values.Contains(value)));

    /// <summary>The type of a list's elements.</summary>
    private Type Element => Type.GetElementType() ?? Type.GetGenericArguments()[0];

    /// <summary>Builds a JSON list from single values: <c>--task=a --task=b</c>.</summary>
    private string Listed(IReadOnlyList<string?> texts)
    {
        bool quoted = Element == typeof(string);
        return $"[{string.Join(',', texts.Select(text => quoted ? JsonSerializer.Serialize(text) : text))}]";
    }

    private object Structure(OptionValue value, string text)
    {
        try
        {
            var options = new JsonDocumentOptions { AllowDuplicateProperties = false };
            return JsonNode.Parse(text, documentOptions: options) is { } json && OptionReader.TryRead(json, Type, out object? structure)
                ? structure
                : throw value.Bad(Expected());
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw value.Bad(Expected());
        }
    }

    private string Expected()
    {
        string expected =
            _allowed is not null ? OneOf(_allowed.Values)
            : Type == typeof(bool) ? "true or false"
            : Type == typeof(string) ? "a string"
            : Type == typeof(int) || Type == typeof(long) ? Ranged("a whole number")
            : OptionReader.IsNumber(Type) ? Ranged("a number")
            : Type.IsEnum ? $"one of {string.Join(", ", OptionReader.EnumNames(Type))}"
            : OptionReader.IsParsable(Type) ? Either(Placeholder.Split('|'))
            : OptionReader.IsMap(Type) ? "a JSON map, for example {\"from\": \"to\"}"
            : OptionReader.IsList(Type) ? $"a JSON list{Elements()}, for example {Example()}"
            : "JSON of the expected shape";
        return _nullable && Type != typeof(string) ? $"{expected} (or null)" : expected;
    }

    private string Ranged(string number) => _range is null ? number : $"{number}, {Range}";

    private string Example() => Element == typeof(string) ? "[\"a\", \"b\"]" : "[0, 1]";

    private string Elements() =>
        Element == typeof(int) || Element == typeof(long) ? " of whole numbers"
        : OptionReader.IsNumber(Element) ? " of numbers"
        : Element == typeof(string) ? " of strings"
        : "";

    private static string OneOf(object?[] choices) => choices.Length == 1 ? $"{choices[0]}" : $"one of {string.Join(", ", choices)}";

    private static string Either(string[] choices) =>
        choices.Length == 1 ? choices[0] : $"{string.Join(", ", choices[..^1])} or {choices[^1]}";

    private static string Text(object number) => System.Convert.ToString(number, CultureInfo.InvariantCulture)!;
}
