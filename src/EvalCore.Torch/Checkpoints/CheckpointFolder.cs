using System.Security.Cryptography;

namespace EvalCore.Torch.Checkpoints;

/// <summary>The files of a LeRobot v0.6.1 checkpoint: a folder that <c>save_pretrained</c> wrote.</summary>
/// <param name="path">The folder.</param>
internal sealed class CheckpointFolder(string path)
{
    /// <summary>The folder inside a training run's checkpoint that has the policy's files.</summary>
    public const string Inner = "pretrained_model";

    private const string ConfigName = "config.json";

    /// <summary>The configuration: a JSON object whose <c>type</c> names the policy.</summary>
    public string Config => Path.Combine(path, ConfigName);

    /// <summary>The parameters.</summary>
    public string Model => Path.Combine(path, "model.safetensors");

    /// <summary>The pipeline from the environment's observation to the network's input.</summary>
    public string Preprocessor => Path.Combine(path, "policy_preprocessor.json");

    /// <summary>The pipeline from the network's actions to the environment's.</summary>
    public string Postprocessor => Path.Combine(path, "policy_postprocessor.json");

    /// <summary>Why the folder is no checkpoint, where it has no configuration: names the folder that has one, if there is one.</summary>
    public string? LacksConfig
    {
        get
        {
            if (File.Exists(Config))
                return null;
            string inner = Path.Combine(path, Inner);
            return File.Exists(Path.Combine(inner, ConfigName))
                ? $"--policy.path: '{path}' has no {ConfigName}, its folder {Inner} has; give --policy.path={inner}"
                : $"--policy.path: '{path}' has no {ConfigName}; it is not a LeRobot checkpoint (a folder {Inner}/)";
        }
    }

    /// <summary>Checks that the folder has parameters and pipelines.</summary>
    /// <exception cref="EvalCoreException">A file is missing.</exception>
    public void CheckComplete()
    {
        if (!File.Exists(Model))
            throw new EvalCoreException($"--policy.path: {path} has no {Path.GetFileName(Model)}");
        foreach (string pipeline in (string[])[Preprocessor, Postprocessor])
        {
            if (!File.Exists(pipeline))
            {
                throw new EvalCoreException(
                    $"--policy.path: {path} has no {Path.GetFileName(pipeline)}: it was saved before LeRobot had processor pipelines; convert it once with LeRobot's lerobot/processor/migrate_policy_normalization.py");
            }
        }
    }

    /// <summary>SHA-256 of a file, in lower-case hexadecimal.</summary>
    public static string Sha256(string file)
    {
        using var stream = File.OpenRead(file);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
