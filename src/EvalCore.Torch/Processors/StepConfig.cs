using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Torch.Processors;

/// <summary>The <c>config</c> of a pipeline's step, overlaid by the caller's overrides.</summary>
internal sealed class StepConfig(string path, string step, JsonObject json)
{
    private static readonly JsonSerializerOptions Json = new() { PropertyNameCaseInsensitive = true };

    /// <summary>Reads a field; one that is missing or null has the given value.</summary>
    /// <exception cref="OptionException">The field is of another kind.</exception>
    public T Get<T>(string name, T missing)
    {
        try
        {
            return json[name] is { } value ? value.Deserialize<T>(Json) ?? missing : missing;
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException)
        {
            throw Bad($"field '{name}' is {json[name]!.ToJsonString()}, which it cannot be");
        }
    }

    /// <summary>An error about this step.</summary>
    public OptionException Bad(string what) => new($"{path}: step '{step}': {what}");
}
