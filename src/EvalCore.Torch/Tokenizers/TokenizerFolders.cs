namespace EvalCore.Torch.Tokenizers;

/// <summary>
/// The tokenizers of a checkpoint, by their names on the Hugging Face Hub. Their files are looked for in the folder of
/// <c>--policy.tokenizer_path</c>, then in the checkpoint, then in Hugging Face's cache; in the first two also in a folder
/// named by the last part of the name. Each is loaded once.
/// </summary>
/// <param name="checkpoint">The checkpoint's folder.</param>
/// <param name="given">The folder of the flag; null without it.</param>
/// <param name="cache">Hugging Face's cache; null for the user's.</param>
internal sealed class TokenizerFolders(string checkpoint, string? given = null, HubCache? cache = null)
{
    private readonly Dictionary<string, Tokenizer> _texts = [];
    private readonly Dictionary<string, string> _files = [];
    private readonly HubCache _cache = cache ?? HubCache.Default;

    /// <summary>The files that were read, by what stands for them in the provenance: the tokenizer's name, then the file's.</summary>
    public IReadOnlyDictionary<string, string> Files => _files;

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
        return FirstOf(Path.Combine(checkpoint, last), checkpoint, name, _cache.Find(name) ?? "") ?? throw new EvalCoreException(
            $"the tokenizer '{name}' is neither in {checkpoint} nor in Hugging Face's cache ({_cache.Root}); {Download("DIR")}, then --policy.tokenizer_path=DIR");

        string? FirstOf(params string[] folders) => folders.FirstOrDefault(candidate => candidate.Length > 0 && needed.All(file => File.Exists(Path.Combine(candidate, file))));

        string Download(string root) => $"fetch it: hf download {name} {string.Join(' ', needed)} tokenizer_config.json --local-dir {Path.Combine(root, last)}";
    }

    private void Add(string name, IEnumerable<string> files)
    {
        foreach (string file in files)
            _files[$"{name}/{Path.GetFileName(file)}"] = file;
    }
}
