namespace EvalCore.Diagnostics;

/// <summary>
/// Environment variables that LeRobot and the libraries under it read, and that have no effect here: a policy is a folder on
/// this machine, and nothing is read from the Hugging Face Hub.
/// </summary>
public static class UnreadVariables
{
    private static readonly string[] Names =
    [
        "HF_HOME", "HF_HUB_CACHE", "HF_HUB_OFFLINE", "HF_TOKEN", "HF_ENDPOINT", "HUGGING_FACE_HUB_TOKEN", "TRANSFORMERS_CACHE",
        "TRANSFORMERS_OFFLINE", "TORCH_HOME",
    ];

    private static readonly string[] Prefixes = ["LEROBOT_", "HF_LEROBOT_", "HF_DATASETS_"];

    /// <summary>The check that <c>evalcore doctor</c> makes.</summary>
    public static Check Check { get; } = new(
        "variables",
        () => Find([.. Environment.GetEnvironmentVariables().Keys.Cast<string>()]) is { Count: > 0 } names
            ? $"no effect here: {string.Join(", ", names)}; a policy is a folder on this machine, nothing is read from the Hugging Face Hub"
            : "none is set that has no effect here",
        Optional: true);

    /// <summary>Those of a process's variables that have no effect, in alphabetical order.</summary>
    internal static IReadOnlyList<string> Find(IEnumerable<string> set) =>
    [
        .. set.Where(name => Names.Contains(name) || Prefixes.Any(prefix => name.StartsWith(prefix, StringComparison.Ordinal)))
            .Order(StringComparer.Ordinal),
    ];
}
