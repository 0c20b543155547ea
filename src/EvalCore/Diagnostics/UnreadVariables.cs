namespace EvalCore.Diagnostics;

/// <summary>
/// Environment variables that LeRobot and the libraries under it read, and that have no effect here: there are no data sets, and
/// files of the Hugging Face Hub are downloaded over HTTP.
/// </summary>
public static class UnreadVariables
{
    private static readonly string[] Names =
    [
        "HF_HUB_DISABLE_SYMLINKS", "HF_HUB_ENABLE_HF_TRANSFER", "HF_HUB_ETAG_TIMEOUT", "HF_STORED_TOKENS_PATH", "TRANSFORMERS_CACHE", "TORCH_HOME",
    ];

    private static readonly string[] Prefixes = ["LEROBOT_", "HF_LEROBOT_", "HF_DATASETS_", "HF_XET_"];

    /// <summary>The check that <c>evalcore doctor</c> makes.</summary>
    public static Check Check { get; } = new(
        "variables",
        () => Find([.. Environment.GetEnvironmentVariables().Keys.Cast<string>()]) is { Count: > 0 } names
            ? $"no effect here: {string.Join(", ", names)}"
            : "none is set that has no effect here",
        Optional: true);

    /// <summary>Those of a process's variables that have no effect, in alphabetical order.</summary>
    internal static IReadOnlyList<string> Find(IEnumerable<string> set) =>
    [
        .. set.Where(name => Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];
}
