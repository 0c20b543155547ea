using System.Collections.Concurrent;
using System.Text.Json.Nodes;
using EvalCore.Diagnostics;
using EvalCore.Files;
using EvalCore.Hub;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Processors;

namespace EvalCore.Torch;

/// <summary>
/// LeRobot checkpoints: policies in the folder format of LeRobot v0.6.1, on this machine or on the Hugging Face Hub, run in
/// TorchSharp.
/// </summary>
public sealed class LeRobotPolicies : IPolicySource
{
    /// <summary>What the names of files end with, which a user has misspelt rather than meant a repository.</summary>
    private static readonly string[] FileEndings = [".onnx", ".safetensors", ".json", ".bin", ".ckpt", ".pt", ".pth", ".pkl", ".zip"];

    /// <summary>Why a name is no checkpoint on the Hub: asked once.</summary>
    private readonly ConcurrentDictionary<string, string> _missing = new();

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Types { get; } = PolicyFamily.All.ToDictionary(family => family.Type, family => family.Description);

    /// <inheritdoc/>
    public IReadOnlyList<Check> Checks => [.. TorchChecks.All, Hub.Check];

    /// <summary>The Hugging Face Hub, for checkpoints and tokenizers that are not on this machine.</summary>
    public HubClient Hub { get; init; } = HubClient.Default;

    /// <summary>The processor steps that a checkpoint's pipelines may have. A step of one's own is added here.</summary>
    public ProcessorStepRegistry ProcessorSteps { get; } = new();

    /// <inheritdoc/>
    /// <exception cref="ArgumentException">There is no such type.</exception>
    public PolicyConfig NewConfig(string type) =>
        New(PolicyFamily.Find(type) ?? throw new ArgumentException($"There is no policy type '{type}'.", nameof(type)));

    /// <summary>
    /// The flags of the checkpoint in a folder, or of one on the Hugging Face Hub (<c>owner/name</c> or
    /// <c>owner/name@revision</c>, of which <c>config.json</c> alone is downloaded), filled with what its <c>config.json</c>
    /// states; null where the path is neither. A folder comes before a repository of the same name, as in LeRobot.
    /// </summary>
    /// <exception cref="EvalCoreException">
    /// A field of the configuration has a value that it cannot have, or the repository has no checkpoint that can be read.
    /// </exception>
    public PolicyConfig? Recognize(string path)
    {
        if (RepositoryAt(path) is { } repository)
            return Recognize(path, repository);
        if (Inspect(path, out var family, out var values) is not null || family is null)
            return null;
        var config = New(family);
        config.Path = Path.TrimEndingDirectorySeparator(Path.GetFullPath(path));
        config.Bind(values!);
        return config;
    }

    /// <inheritdoc/>
    public string? Explain(string path)
    {
        if (RepositoryAt(path) is null)
            return Inspect(path, out _, out _) ?? ExplainAddress(path);
        if (_missing.TryGetValue(path, out string? reason))
            return reason;
        return Recognize(path) is null ? _missing.GetValueOrDefault(path) : null;
    }

    /// <inheritdoc/>
    public string? PolicyIn(string folder) => CheckpointFolder.PolicyIn(folder);

    /// <inheritdoc/>
    public string? Unfinished(string path) => Directory.Exists(path) ? new CheckpointFolder(path).Unfinished : null;

    /// <summary>The repository that a path names: there is no such file or folder, and it does not end as a file's name does.</summary>
    private static HubRepository? RepositoryAt(string path) =>
        HubRepository.Parse(path) is { } repository && !FileEndings.Contains(Path.GetExtension(repository.Id))
        && !Path.Exists(path) && new FileInfo(path).LinkTarget is null
            ? repository
            : null;

    /// <summary>What to give instead of a page's address.</summary>
    private static string? ExplainAddress(string path) =>
        Uri.TryCreate(path, UriKind.Absolute, out var address) && address.Host is "huggingface.co" or "hf.co" && address.AbsolutePath.Trim('/').Split('/') is [var owner, var name, ..]
        && HubRepository.Parse($"{owner}/{name}") is { } repository
            ? $"--policy.path: '{path}' is an address; give the model's name: --policy.path={repository}"
            : null;

    private LeRobotConfig? Recognize(string path, HubRepository repository)
    {
        try
        {
            var checkpoint = HubCheckpoint.Open(Hub, repository);
            if (Inspect(checkpoint.Folder, out var family, out var values) is { } problem)
                throw new EvalCoreException(problem);
            if (family is null)
                return null;
            var config = New(family);
            config.Repository = checkpoint;

            // The commit: a run that is resumed plays with the same weights when the branch has moved.
            config.Path = checkpoint.Repository.ToString();
            config.Bind(values!);
            _missing.TryRemove(path, out _);
            return config;
        }
        catch (HubException e) when (e.Problem is HubProblem.NoRepository or HubProblem.Unreachable or HubProblem.Offline)
        {
            // Another source may know what it is.
            _missing[path] = $"--policy.path: there is no folder '{path}', and {e.Message}";
            return null;
        }
        catch (HubException e)
        {
            throw new EvalCoreException($"--policy.path: {e.Message}", e);
        }
    }

    /// <summary>Looks at what is at a path.</summary>
    /// <returns>Why it is no checkpoint of a known type; null where it is one, or is nothing like a checkpoint.</returns>
    private string? Inspect(string path, out PolicyFamily? family, out JsonObject? values)
    {
        (family, values) = (null, null);
        if (!Directory.Exists(path))
            return CheckpointFolder.ExplainFile(path);

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

    private LeRobotConfig New(PolicyFamily family)
    {
        var config = family.NewConfig();
        config.ProcessorSteps = ProcessorSteps;
        config.Hub = Hub;
        return config;
    }
}
