using System.Text.RegularExpressions;
using EvalCore.Hub;

namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// A checkpoint on the Hugging Face Hub: which files of the repository are read, and how they come to this machine. Nothing
/// pickled or executable is downloaded.
/// </summary>
internal sealed partial class HubCheckpoint
{
    private const string ModelName = "model.safetensors";

    private static readonly string[] PickleEndings = [".bin", ".ckpt", ".pt", ".pth", ".pkl"];
    private static readonly string[] PipelineNames = ["config.json", "policy_preprocessor.json", "policy_postprocessor.json"];
    private static readonly string[] TokenizerNames = ["tokenizer.json", "tokenizer_config.json", "special_tokens_map.json", "processor_config.json"];

    /// <summary>Files of training, and of what is not applied.</summary>
    private static readonly string[] UnreadBeginnings = ["optimizer", "scheduler", "rng_state", "adapter_"];

    private readonly HubSnapshot _snapshot;

    private HubCheckpoint(HubSnapshot snapshot) => _snapshot = snapshot;

    /// <summary>The repository and the commit: what names the same weights again, whatever its branches do.</summary>
    public HubRepository Repository => _snapshot.Repository;

    /// <summary>The folder in the cache.</summary>
    public string Folder => _snapshot.Folder;

    /// <summary>What a user should know, in one line; null for nothing.</summary>
    public string? Note => _snapshot.Note;

    /// <summary>Finds a checkpoint and downloads its <c>config.json</c> alone.</summary>
    /// <param name="hub">The Hub.</param>
    /// <param name="repository">The repository.</param>
    /// <exception cref="HubException">It cannot be had.</exception>
    /// <exception cref="EvalCoreException">It is no LeRobot checkpoint with weights in safetensors.</exception>
    public static HubCheckpoint Open(HubClient hub, HubRepository repository)
    {
        var snapshot = hub.Open(repository).GetAwaiter().GetResult();
        if (snapshot.IsListed && Lacks(repository.Id, snapshot.Files) is { } problem)
            throw new EvalCoreException($"--policy.path: {problem}");
        var checkpoint = new HubCheckpoint(snapshot);
        snapshot.Download(checkpoint.Of("config.json"), isWhole: false, null, CancellationToken.None).GetAwaiter().GetResult();
        return checkpoint;
    }

    /// <summary>Downloads the pipelines, which name the tokenizers. They are small.</summary>
    /// <exception cref="HubException">They cannot be had.</exception>
    public Task FetchPipelines(CancellationToken cancellation) => _snapshot.Download(Of(PipelineNames), isWhole: false, null, cancellation);

    /// <summary>The files that are read and are not on this machine yet.</summary>
    public IReadOnlyList<HubFile> Missing => _snapshot.Missing(Needed(_snapshot.Files));

    /// <summary>Downloads what is missing.</summary>
    /// <exception cref="HubException">A file cannot be had.</exception>
    public Task Fetch(IProgress<long>? progress, CancellationToken cancellation) => _snapshot.Download(Missing, progress, cancellation);

    /// <summary>The files of a repository that are read: those beside <c>config.json</c>, and the tokenizers in folders.</summary>
    public static IReadOnlyList<HubFile> Needed(IReadOnlyList<HubFile> files)
    {
        bool isSingle = files.Any(file => file.Path == ModelName);
        return [.. files.Where(file => file.Path.Split('/') switch
        {
            [var name] when UnreadBeginnings.Any(beginning => name.StartsWith(beginning, StringComparison.Ordinal)) => name.EndsWith(".json", StringComparison.Ordinal),
            [var name] => name.EndsWith(".json", StringComparison.Ordinal) || (name.EndsWith(".safetensors", StringComparison.Ordinal) && !(isSingle && Shard().IsMatch(name))),
            [_, var name] => TokenizerNames.Contains(name),
            _ => false,
        })];
    }

    /// <summary>Why a repository has no checkpoint that can be read, and what to do; null where it has one.</summary>
    public static string? Lacks(string id, IReadOnlyList<HubFile> files)
    {
        string[] paths = [.. files.Select(file => file.Path)];
        bool hasConfig = paths.Contains("config.json");
        if (hasConfig && (paths.Contains(ModelName) || paths.Any(path => Shard().IsMatch(path))))
            return null;
        string lacking = hasConfig ? ModelName : "config.json";
        if (paths.Contains("adapter_config.json") && !paths.Contains(ModelName))
        {
            return $"'{id}' has only an adapter (PEFT, adapter_config.json); merge it into the policy that it is of with PEFT's merge_and_unload(), save that with save_pretrained, and give its folder";
        }

        if (paths.LastOrDefault(path => path.EndsWith("/config.json", StringComparison.Ordinal) && paths.Contains(path[..^"config.json".Length] + ModelName)) is { } nested)
        {
            string folder = nested[..^"/config.json".Length];
            return $"'{id}' has no {lacking}, its folder {folder} has: hf download {id} --include '{folder}/*' --local-dir DIR, then --policy.path=DIR/{folder}";
        }

        return paths.FirstOrDefault(path => PickleEndings.Any(ending => path.EndsWith(ending, StringComparison.Ordinal))) is { } pickle
            ? $"'{id}' has no {lacking}, but {pickle}: a pickle, which is neither downloaded nor read; load the policy in Python, save it with save_pretrained, and give that folder"
            : $"'{id}' has no {lacking}; it is no LeRobot checkpoint (it has {Names(paths)})";
    }

    private static string Names(string[] paths) => paths.Length == 0 ? "no file" : string.Join(", ", paths.Take(5)) + (paths.Length > 5 ? $" and {paths.Length - 5} more" : "");

    private IReadOnlyList<HubFile> Of(params string[] names) => [.. _snapshot.Files.Where(file => names.Contains(file.Path))];

    [GeneratedRegex(@"\Amodel-\d+-of-\d+\.safetensors\z")]
    private static partial Regex Shard();
}
