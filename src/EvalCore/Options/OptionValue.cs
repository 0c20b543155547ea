using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Options;

/// <summary>A given value: a string on the command line, or JSON in a file.</summary>
internal sealed class OptionValue
{
    /// <summary>A value of a flag; null when the flag has no value.</summary>
    public static OptionValue OfFlag(string name, string? text) => new($"--{name}", [text], null);

    /// <summary>A value of a configuration file.</summary>
    public static OptionValue OfFile(string file, string name, JsonNode? json) => new($"{file}: {name}", null, json);

    private OptionValue(string label, IReadOnlyList<string?>? texts, JsonNode? json) =>
        (Label, Texts, Json) = (label, texts, json);

    /// <summary>The name in messages: <c>--seed</c>, or <c>run.json: seed</c>.</summary>
    public string Label { get; }

    /// <summary>The strings of a flag, one for each time it is given; null for a value of a file.</summary>
    public IReadOnlyList<string?>? Texts { get; }

    /// <summary>The value in a file; null is JSON's null.</summary>
    public JsonNode? Json { get; }

    /// <summary>The same flag, given once more.</summary>
    public OptionValue Again(string? text) => new(Label, [.. Texts ?? [], text], null);

    /// <summary>The value as a string, as it would be given to a flag.</summary>
    /// <exception cref="EvalCoreException">The flag has no value.</exception>
    public string Text() => Texts is not null
        ? Texts[^1] ?? throw Missing()
        : Json is JsonValue json && json.GetValueKind() == JsonValueKind.String ? json.GetValue<string>() : Json?.ToJsonString() ?? "null";

    /// <summary>The exception for a flag without a value.</summary>
    public EvalCoreException Missing() => new($"{Label} needs a value: {Label}=...");

    /// <summary>The exception for an invalid value.</summary>
    public EvalCoreException Bad(string expected) => new($"{Label}: '{Text()}' is not {expected}");
}
