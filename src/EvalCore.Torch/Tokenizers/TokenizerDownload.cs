using EvalCore.Hub;

namespace EvalCore.Torch.Tokenizers;

/// <summary>A tokenizer on the Hugging Face Hub that is not on this machine yet.</summary>
internal sealed class TokenizerDownload
{
    private static readonly string[] Beside = ["tokenizer_config.json", "special_tokens_map.json"];

    private readonly HubSnapshot _snapshot;
    private readonly string _checkpoint;

    private TokenizerDownload(HubSnapshot snapshot, IReadOnlyList<HubFile> files, string checkpoint) => (_snapshot, Files, _checkpoint) = (snapshot, files, checkpoint);

    /// <summary>The repository's name.</summary>
    public string Name => _snapshot.Repository.Id;

    /// <summary>The commit.</summary>
    public string Commit => _snapshot.Commit;

    /// <summary>The folder in the cache.</summary>
    public string Folder => _snapshot.Folder;

    /// <summary>Its files: the needed ones and what is read beside them. The model's weights are not among them.</summary>
    public IReadOnlyList<HubFile> Files { get; }

    /// <summary>Finds a tokenizer's files on the Hub.</summary>
    /// <param name="hub">The Hub.</param>
    /// <param name="repository">The repository.</param>
    /// <param name="needed">The files that it must have.</param>
    /// <param name="checkpoint">The checkpoint that lacks it, for messages.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="EvalCoreException">There is no such repository, or it lacks a file.</exception>
    public static async Task<TokenizerDownload> Of(
        HubClient hub, HubRepository repository, IReadOnlyList<string> needed, string checkpoint, CancellationToken cancellation)
    {
        try
        {
            var snapshot = await hub.Open(repository, cancellation).ConfigureAwait(false);
            return needed.FirstOrDefault(name => !snapshot.Files.Any(file => file.Path == name)) is { } lacking
                ? throw Failed(repository.Id, checkpoint, $"'{repository.Id}' on the Hugging Face Hub has no {lacking}", null)
                : new TokenizerDownload(snapshot, [.. snapshot.Files.Where(file => needed.Concat(Beside).Contains(file.Path))], checkpoint);
        }
        catch (HubException e)
        {
            throw Failed(repository.Id, checkpoint, e.Message, e);
        }
    }

    /// <summary>Downloads it.</summary>
    /// <exception cref="EvalCoreException">It cannot be had; the message says what to do.</exception>
    public async Task Fetch(IProgress<long>? progress, CancellationToken cancellation)
    {
        try
        {
            await _snapshot.Download(Files, progress, cancellation).ConfigureAwait(false);
        }
        catch (HubException e)
        {
            throw Failed(Name, _checkpoint, e.Message, e);
        }
    }

    private static EvalCoreException Failed(string name, string checkpoint, string reason, Exception? cause)
    {
        string message = $"the tokenizer '{name}' is not in {checkpoint}: {reason}; or give its folder: --policy.tokenizer_path=DIR";
        return cause is null ? new EvalCoreException(message) : new EvalCoreException(message, cause);
    }
}
