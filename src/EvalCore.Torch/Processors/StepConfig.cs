using System.Text.Json.Nodes;
using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Processors;

/// <summary>The <c>config</c> of a pipeline's step, overlaid by the caller's overrides.</summary>
internal sealed class StepConfig(string path, string step, JsonObject json)
{
    /// <summary>Reads a field; one that is missing or null has the given value.</summary>
    /// <exception cref="EvalCoreException">The field is of another kind.</exception>
    public T Get<T>(string name, T missing)
    {
        if (!JsonReader.TryRead(json[name], typeof(T), out object? value))
            throw Bad($"field '{name}' is {json[name]!.ToJsonString()}, expected {JsonReader.Describe(typeof(T))}");
        return value is null ? missing : (T)value;
    }

    /// <summary>An error about this step.</summary>
    public EvalCoreException Bad(string what) => new($"{path}: step '{step}': {what}");
}
