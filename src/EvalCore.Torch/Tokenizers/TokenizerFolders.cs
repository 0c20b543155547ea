using EvalCore.Hub;

namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// The tokenizers of a checkpoint, by their names on the Hugging Face Hub. Their files are looked for in the folder of
/// <c>--policy.tokenizer_path</c>, then in the checkpoint, then in Hugging Face's cache, then on the Hub; in the first two also
/// in a folder named by the last part of the name. Each is loaded once.
/// </summary>
/// <param name="checkpoint">The checkpoint's folder.</param>
/// <param name="given">The folder of the flag; null without it.</param>
/// <param name="hub">The Hub and its cache; null for the user's.</param>
internal sealed class TokenizerFolders(string checkpoint, string? given = null, HubClient? hub = null)
{
    private readonly Dictionary<string, Tokenizer> _texts = [];
    private readonly Dictionary<string, string> _files = [];
    private readonly Dictionary<string, string> _repositories = [];
    private readonly HubClient _hub = hub ?? HubClient.Default;

    /// <summary>The files that were read, by what stands for them in the provenance: the tokenizer's name, then the file's.</summary>
    public IReadOnlyDictionary<string, string> Files => _files;

    /// <summary>The repositories that they were read from, with the commit of each.</summary>
    public IReadOnlyDictionary<string, string> Repositories => _repositories;

    /// <summary>The tokenizers of texts that are on the Hub and not on this machine yet.</summary>
    /// <param name="names">Their names.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="EvalCoreException">One is neither here nor to be had.</exception>
    public async Task<IReadOnlyList<TokenizerDownload>> FindMissing(IEnumerable<string> names, CancellationToken cancellation)
    {
        var missing = new List<TokenizerDownload>();
        foreach (string name in names)
        {
            if (given is null && FindHere(name, [TokenizerFile.Name]) is null && HubRepository.Parse(name) is { } repository)
                missing.Add(await TokenizerDownload.Of(_hub, repository, [TokenizerFile.Name], checkpoint, cancellation).ConfigureAwait(false));
        }

        return missing;
    }

    /// <summary>The tokenizer of texts.</summary>
    /// <param name="name">Its name on the Hub, or its folder.</param>
    /// <exception cref="EvalCoreException">There is none, or it is damaged.</exception>
    public Tokenizer Text(string name)
    {
        if (!_texts.TryGetValue(name, out var tokenizer))
        {
            string folder = Find(name, [TokenizerFile.Name], mustBeGiven: true);
            _texts.Add(name, tokenizer = Tokenizer.Load(folder));
            Add(name, tokenizer.Files);
        }

        return tokenizer;
    }

    /// <summary>The FAST tokenizer of actions.</summary>
    /// <param name="name">Its name on the Hub, or its folder.</param>
    /// <exception cref="EvalCoreException">There is none, or it is damaged.</exception>
    public FastTokenizer Actions(string name)
    {
        var tokenizer = FastTokenizer.Load(Find(name, [TokenizerFile.Name, FastTokenizer.ConfigName], mustBeGiven: false));
        Add(name, tokenizer.Files);
        return tokenizer;
    }

    /// <summary>Finds the folder of a tokenizer.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="needed">The files that it has.</param>
    /// <param name="mustBeGiven">Whether the folder of the flag, where there is one, must have it.</param>
    private string Find(string name, IReadOnlyList<string> needed, bool mustBeGiven)
    {
        string last = name.TrimEnd('/').Split('/')[^1];
        if (given is not null && FirstOf(Path.Combine(given, last), given) is { } folder)
            return folder;
        if (given is not null && mustBeGiven)
            throw new EvalCoreException($"--policy.tokenizer_path: '{given}' has no {needed[0]}, nor has a folder '{last}' in it; {Download(given)}");
        if (FindHere(name, needed) is { } here)
            return here;
        if (HubRepository.Parse(name) is not { } repository)
            throw new EvalCoreException($"the tokenizer '{name}' is not in {checkpoint}; {Download("DIR")}, then --policy.tokenizer_path=DIR");
        var download = TokenizerDownload.Of(_hub, repository, needed, checkpoint, CancellationToken.None).GetAwaiter().GetResult();
        download.Fetch(null, CancellationToken.None).GetAwaiter().GetResult();
        _repositories[name] = download.Commit;
        return download.Folder;

        string? FirstOf(params string[] folders) => folders.FirstOrDefault(folder => HasAll(folder, needed));

        string Download(string root) => $"fetch it: hf download {name} {string.Join(' ', needed)} tokenizer_config.json --local-dir {Path.Combine(root, last)}";
    }

    /// <summary>The folder on this machine that has a tokenizer, without that of the flag; null where none has it.</summary>
    private string? FindHere(string name, IReadOnlyList<string> needed)
    {
        string last = name.TrimEnd('/').Split('/')[^1];
        if (((string[])[Path.Combine(checkpoint, last), checkpoint, name]).FirstOrDefault(folder => HasAll(folder, needed)) is { } own)
            return own;
        if (HubRepository.Parse(name) is not { } repository || _hub.Cached(repository) is not { } cached || !HasAll(cached.Folder, needed))
            return null;
        _repositories[name] = cached.Commit;
        return cached.Folder;
    }

    private static bool HasAll(string folder, IReadOnlyList<string> needed) => folder.Length > 0 && needed.All(file => File.Exists(Path.Combine(folder, file)));

    private void Add(string name, IEnumerable<string> files)
    {
        foreach (string file in files)
            _files[$"{name}/{Path.GetFileName(file)}"] = file;
    }
}
