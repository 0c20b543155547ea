namespace EvalCore.Torch.Tokenizers;

/// <summary>The folder where Hugging Face's libraries keep what they have downloaded.</summary>
/// <param name="variable">Looks an environment variable up.</param>
internal sealed class HubCache(Func<string, string?> variable)
{
    /// <summary>The cache of this user.</summary>
    public static HubCache Default { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The folder, whether it is there or not.</summary>
    public string Root => Variable("HF_HUB_CACHE") ?? Variable("HUGGINGFACE_HUB_CACHE")
        ?? Path.Combine(Variable("HF_HOME") ?? Path.Combine(Variable("XDG_CACHE_HOME") ?? Path.Combine(Home, ".cache"), "huggingface"), "hub");

    private static string Home => Environment.GetFolderPath(Environment.SpecialFolder.UserProfile);

    /// <summary>The folder with a model's files: the state that its main branch had, or the only one there is; null for none.</summary>
    /// <param name="name">The model's name: <c>google/paligemma-3b-pt-224</c>.</param>
    public string? Find(string name)
    {
        string model = Path.Combine(Root, "models--" + name.Replace("/", "--", StringComparison.Ordinal));
        string snapshots = Path.Combine(model, "snapshots");
        string main = Path.Combine(model, "refs", "main");
        try
        {
            if (File.Exists(main) && Path.Combine(snapshots, File.ReadAllText(main).Trim()) is var snapshot && Directory.Exists(snapshot))
                return snapshot;
            return Directory.Exists(snapshots) && Directory.GetDirectories(snapshots) is [var only] ? only : null;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return null;
        }
    }

    private string? Variable(string name) => variable(name) is { Length: > 0 } value ? value : null;
}
