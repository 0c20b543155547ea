using System.Text.Json.Nodes;
using EvalCore.Options;
using EvalCore.Torch.Tokenizers;
using Safetensors;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>What a pipeline's file says of a step, and where the policy computes.</summary>
public sealed class ProcessorStepContext
{
    private readonly JsonObject _config;

    internal ProcessorStepContext(
        string path, string name, JsonObject config, SafetensorsFile? state, Device device, TokenizerFolders tokenizers, NormalizationStatistics? statistics = null)
    {
        (Path, Name, _config, State, Device, Tokenizers) = (path, name, config, state, device, tokenizers);
        Statistics = statistics ?? (state is null ? null : NormalizationStatistics.Of(state));
    }

    /// <summary>The pipeline's file. Files that a step names are in the same folder.</summary>
    public string Path { get; }

    /// <summary>The step's name.</summary>
    public string Name { get; }

    /// <summary>The step's tensors, open until the step is made; null where the file names none.</summary>
    public SafetensorsFile? State { get; }

    /// <summary>Where the policy computes.</summary>
    public Device Device { get; }

    /// <summary>The statistics of features that <see cref="State"/> has, or the model of an old checkpoint; null for none.</summary>
    internal NormalizationStatistics? Statistics { get; }

    /// <summary>The checkpoint's tokenizers.</summary>
    internal TokenizerFolders Tokenizers { get; }

    /// <summary>
    /// The step's <c>config</c>, overlaid by what the evaluation sets. Each public settable property of
    /// <typeparamref name="T"/> is a field, in snake case; a field that is missing or null keeps its default, and one that no
    /// property has is ignored.
    /// </summary>
    /// <exception cref="EvalCoreException">A field has a value of another kind.</exception>
    public T Config<T>() where T : new()
    {
        var config = new T();
        var stated = new JsonObject(_config.Where(field => field.Value is not null).Select(field => KeyValuePair.Create(field.Key, field.Value?.DeepClone())));
        OptionProperty.Bind(config, $"{Path}: step '{Name}'", stated);
        return config;
    }

    /// <summary>A field of the step's <c>config</c> as the file has it; null where it is missing.</summary>
    internal JsonNode? Field(string name) => _config[name];

    /// <summary>An exception about this step.</summary>
    /// <param name="problem">What is wrong.</param>
    public EvalCoreException Invalid(string problem) => new($"{Path}: step '{Name}': {problem}");
}
