using System.Text.Json.Nodes;
using EvalCore.Diagnostics;
using EvalCore.Files;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch;

/// <summary>LeRobot checkpoints: policies in the folder format of LeRobot v0.6.1, run in TorchSharp.</summary>
public sealed class LeRobotPolicies : IPolicySource
{
    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } = PolicyFamily.All.ToDictionary(family => family.Type, family => family.Description);

    /// <inheritdoc/>
    public IReadOnlyList<Check> Checks => TorchChecks.All;

    /// <summary>The processor steps that a checkpoint's pipelines may have. A step of one's own is added here.</summary>
    public ProcessorStepRegistry ProcessorSteps { get; } = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such type.</exception>
    public PolicyConfig NewConfig(string type) =>
        New(PolicyFamily.Find(type) ?? throw new ArgumentException($"There is no policy type '{type}'.", nameof(type)));

    /// <summary>
    /// The flags of the checkpoint in a folder, filled with what its <c>config.json</c> states; null where the path is not
    /// the folder of a checkpoint of a known type.
    /// </summary>
    /// <exception cref="EvalCoreException">A field of the configuration has a value that it cannot have.</exception>
    public PolicyConfig? Recognize(string path)
    {
        if (Inspect(path, out var family, out var values) is not null || family is null)
            return null;
        var config = New(family);
        config.Path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        config.Bind(values!);
        return config;
    }

    /// <inheritdoc/>
    public string? Explain(string path) => Inspect(path, out _, out _);

    /// <summary>Looks at what is at a path.</summary>
    /// <returns>Why it is no checkpoint of a known type; null where it is one, or is nothing like a checkpoint.</returns>
    private string? Inspect(string path, out PolicyFamily? family, out JsonObject? values)
    {
        (family, values) = (null, null);
        if (!Directory.Exists(path))
        {
            if (CheckpointFolder.ExplainFile(path) is { } file)
                return file;
            return !File.Exists(path) && IsHubId(path)
                ? $"--policy.path: there is no folder '{path}'; if it is on the Hugging Face Hub: hf download {path} --local-dir DIR, then --policy.path=DIR"
                : null;
        }

        string config = new CheckpointFolder(Path.TrimEndingDirectorySeparator(Path.GetFullPath(path))).Config;
        try
        {
            if (new CheckpointFolder(path).LacksConfig is { } reason)
                return reason;
            if (IsEmpty(config))
                return Empty("is empty (0 bytes)");
            values = JsonFile.Read(config, "the configuration of a LeRobot checkpoint");
        }
        catch (EvalCoreException e)
        {
            return e.Message;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return EvalCoreException.CannotRead($"--policy.path: '{path}'", e).Message;
        }

        if (values.Count == 0)
            return Empty("has no field");
        if (!(values["type"] is JsonValue value && value.TryGetValue(out string? type)))
            return $"{config}: does not say the policy's \"type\"; where it is a LeRobot checkpoint's, add it: one of {string.Join(", ", Types.Keys)}";
        family = PolicyFamily.Find(type);
        return family is null ? $"{config}: the policy type '{type}' is not known; known are {string.Join(", ", Types.Keys)}" : null;

        string Empty(string what) =>
            $"{config}: {what}; LeRobot's migration script may leave it so: take config.json and model.safetensors from the original checkpoint";
    }

    /// <summary>Whether a file can be opened and has no content.</summary>
    private static bool IsEmpty(string file)
    {
        try
        {
            using var stream = InputFile.Open(file);
            return stream.Length == 0;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return false;
        }
    }

    private static bool IsHubId(string path) => path.Count(letter => letter == '/') == 1 && path[0] is not ('.' or '/');

    private LeRobotConfig New(PolicyFamily family)
    {
        var config = family.NewConfig();
        config.ProcessorSteps = ProcessorSteps;
        return config;
    }
}
