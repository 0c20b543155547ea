using System.Text.Json;
using System.Text.Json.Nodes;
using EvalCore.Options;

namespace EvalCore.Onnx;

/// <summary>The fields of an object in a file that a person wrote: each is asked for once, and what is left is a mistake.</summary>
/// <param name="file">The file, for messages.</param>
/// <param name="path">Where in the file the object is: <c>inputs.state</c>; empty for the whole.</param>
/// <param name="fields">The object.</param>
internal sealed class JsonFields(string file, string path, JsonObject fields)
{
    private readonly List<string> _asked = [];

    /// <summary>The exception for a field.</summary>
    public EvalCoreException Invalid(string name, string expected)
    {
        string text = fields[name]?.ToJsonString() ?? "null";
        return new EvalCoreException($"{file}: {Full(name)}: {(text.Length <= 40 ? text : text[..40] + "…")} is not {expected}");
    }

    /// <summary>Whether a field is there and not null.</summary>
    public bool Has(string name)
    {
        if (!_asked.Contains(name))
            _asked.Add(name);
        return fields[name] is not null;
    }

    /// <summary>A string; null where it is not there.</summary>
    public string? Text(string name) => !Has(name) ? null
        : fields[name]!.GetValueKind() == JsonValueKind.String ? fields[name]!.GetValue<string>() : throw Invalid(name, "a string");

    /// <summary>A string or a list of strings; null where it is not there.</summary>
    public IReadOnlyList<string>? Texts(string name)
    {
        if (!Has(name))
            return null;
        if (fields[name] is not JsonArray { Count: > 0 } list)
            return [Text(name)!];
        return [.. list.Select(entry => entry?.GetValueKind() == JsonValueKind.String ? entry.GetValue<string>() : throw Invalid(name, "a string, or a list of strings"))];
    }

    /// <summary>A whole number; null where it is not there.</summary>
    public int? Whole(string name, int least) => !Has(name) ? null
        : TryWhole(fields[name]!, out int number) && number >= least ? number : throw Invalid(name, $"a whole number, {least} or more");

    /// <summary>A list of whole numbers, 1 or more; null where it is not there.</summary>
    public IReadOnlyList<long>? Shape(string name) => !Has(name) ? null
        : fields[name] is JsonArray { Count: > 0 } list && list.All(entry => TryWhole(entry, out int n) && n > 0)
            ? [.. list.Select(entry => (long)entry!.GetValue<int>())]
            : throw Invalid(name, "a list of whole numbers, 1 or more");

    /// <summary>A list of finite numbers; null where it is not there.</summary>
    public IReadOnlyList<double>? Numbers(string name) => !Has(name) ? null
        : fields[name] is JsonArray { Count: > 0 } list && list.All(entry => entry?.GetValueKind() == JsonValueKind.Number && float.IsFinite((float)entry.GetValue<double>()))
            ? [.. list.Select(entry => entry!.GetValue<double>())]
            : throw Invalid(name, "a list of finite numbers");

    /// <summary>A finite number; null where it is not there.</summary>
    public double? Number(string name) => !Has(name) ? null
        : fields[name]!.GetValueKind() == JsonValueKind.Number && fields[name]!.GetValue<double>() is var number && float.IsFinite((float)number) ? number
        : throw Invalid(name, "a finite number");

    /// <summary>One of some words; null where it is not there.</summary>
    public string? OneOf(string name, params IReadOnlyList<string> words) =>
        Text(name) is not { } word ? null : words.Contains(word) ? word : throw Invalid(name, $"one of {string.Join(", ", words)}");

    /// <summary>The objects of a map, in the file's order; an entry that is null is left out. Empty where it is not there.</summary>
    public IEnumerable<(string Name, JsonFields Fields)> Objects(string name)
    {
        if (!Has(name))
            yield break;
        if (fields[name] is not JsonObject map)
            throw Invalid(name, "a map");
        foreach (var (key, value) in map)
        {
            if (value is not null)
                yield return (key, value is JsonObject entry ? new JsonFields(file, Within($"{name}.{key}"), entry) : throw new EvalCoreException($"{file}: {Full($"{name}.{key}")}: is not a map"));
        }
    }

    /// <summary>Checks that every field was asked for.</summary>
    /// <exception cref="EvalCoreException">One was not; the message names the one that is meant.</exception>
    public void Finish()
    {
        foreach (var (name, _) in fields)
        {
            if (!_asked.Contains(name))
                throw new EvalCoreException($"{file}: unknown field '{Full(name)}'{Nearest.Hint(name, _asked)} (known: {string.Join(", ", _asked)})");
        }
    }

    private static bool TryWhole(JsonNode? node, out int number)
    {
        number = 0;
        return node?.GetValueKind() == JsonValueKind.Number && int.TryParse(node.ToJsonString(), System.Globalization.NumberStyles.AllowLeadingSign, System.Globalization.CultureInfo.InvariantCulture, out number);
    }

    private string Within(string name) => path.Length == 0 ? name : $"{path}.{name}";

    private string Full(string name) => EvalCoreException.Printable(Within(name));
}
