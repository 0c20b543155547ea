using System.Security.Cryptography;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace EvalCore.Torch.Checkpoints;

/// <summary>A LeRobot checkpoint: a folder with <c>config.json</c>, <c>model.safetensors</c> and the two pipelines.</summary>
internal sealed class Checkpoint
{
    private readonly JsonObject _config;

    private Checkpoint(string folder, JsonObject config)
    {
        Folder = folder;
        _config = config;
        Type = config["type"] is JsonValue type && type.TryGetValue(out string? name)
            ? name
            : throw new EvalCoreException($"{ConfigPath}: has no field 'type', which names the policy");
    }

    public string Folder { get; }

    /// <summary>The policy's type: the <c>type</c> of <c>config.json</c>.</summary>
    public string Type { get; }

    public string ConfigPath => Path.Combine(Folder, "config.json");

    public string ModelPath => Path.Combine(Folder, "model.safetensors");

    public string PreprocessorPath => Path.Combine(Folder, "policy_preprocessor.json");

    public string PostprocessorPath => Path.Combine(Folder, "policy_postprocessor.json");

    /// <summary>Opens a checkpoint, and checks that its files are there.</summary>
    /// <exception cref="EvalCoreException">The folder or a file is missing or damaged.</exception>
    public static Checkpoint Open(string folder)
    {
        if (!Directory.Exists(folder))
            throw new EvalCoreException($"--policy.path: there is no folder {folder}; give the pretrained_model folder of a LeRobot checkpoint");
        string path = Path.Combine(folder, "config.json");
        if (!File.Exists(path))
            throw new EvalCoreException($"--policy.path: {folder} has no config.json; give the pretrained_model folder of a LeRobot checkpoint");

        JsonNode? json;
        try
        {
            json = JsonNode.Parse(File.ReadAllText(path));
        }
        catch (Exception e) when (e is JsonException or IOException or UnauthorizedAccessException)
        {
            throw new EvalCoreException($"{path}: is not valid JSON ({e.Message.Split('.')[0]})", e);
        }

        var checkpoint = new Checkpoint(folder, json as JsonObject ?? throw new EvalCoreException($"{path}: is not a JSON object"));
        if (!File.Exists(checkpoint.ModelPath))
            throw new EvalCoreException($"--policy.path: {folder} has no model.safetensors");
        foreach (string pipeline in (string[])[checkpoint.PreprocessorPath, checkpoint.PostprocessorPath])
        {
            if (!File.Exists(pipeline))
            {
                throw new EvalCoreException(
                    $"--policy.path: {folder} has no {Path.GetFileName(pipeline)}: it was saved before LeRobot had processor pipelines; convert it once with LeRobot's lerobot/processor/migrate_policy_normalization.py");
            }
        }

        return checkpoint;
    }

    /// <summary>Reads the configuration.</summary>
    /// <param name="config">An object with the defaults, of the class for <see cref="Type"/>.</param>
    /// <param name="overrides">What <c>--policy.&lt;field&gt;</c> flags say.</param>
    /// <param name="warn">Takes a line about fields this version does not know.</param>
    /// <exception cref="EvalCoreException">A field has a value it cannot have.</exception>
    public void Read(PolicyConfig config, IReadOnlyDictionary<string, string> overrides, Action<string> warn)
    {
        ConfigFields.Read(config, _config, ConfigPath, out var unknown);
        if (unknown.Count > 0)
            warn($"{ConfigPath}: ignoring fields this version does not know: {string.Join(", ", unknown)}");
        ConfigFields.Override(config, overrides);
        if (config.UsePeft)
            throw new EvalCoreException($"{ConfigPath}: use_peft is true; merge the adapter into the model and save it again");
        if (!config.OutputFeatures.TryGetValue(ObservationNames.Action, out var action) || action.Shape is not [> 0])
            throw new EvalCoreException($"{ConfigPath}: output_features has no 'action' with one dimension");
        config.ActionDim = action.Shape[0];
        if (config.Validate() is { } wrong)
            throw new EvalCoreException(overrides.Keys.Any(field => wrong.StartsWith($"{field} is ", StringComparison.Ordinal)) ? $"--policy.{wrong}" : $"{ConfigPath}: {wrong}");
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string Sha256(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
