using EvalCore.Environments;

namespace EvalCore.Cli.Help;

/// <summary>The flags of the suites, in the help of each command that takes one.</summary>
internal static class SuiteSections
{
    /// <summary>A section on the choice, and one for each suite, or for the one that is named already.</summary>
    /// <param name="registry">The suites.</param>
    /// <param name="tokens">The words on the command line.</param>
    public static IEnumerable<HelpSection> Of(Registry registry, IReadOnlyList<string> tokens) =>
    [
        new("Suite", [new HelpRow($"--env.type={string.Join('|', registry.EnvTypes)}", "which suite")]),
        .. Named(registry, tokens).Select(env => new HelpSection($"Suite {env.Type}", HelpRow.Of(env, "env."))),
    ];

    private static IEnumerable<EnvConfig> Named(Registry registry, IReadOnlyList<string> tokens)
    {
        string text = $"{string.Join(' ', tokens)} ".Replace("--env.type ", "--env.type=", StringComparison.Ordinal);
        var named = registry.EnvTypes.Where(type => text.Contains($"--env.type={type} ", StringComparison.Ordinal)).ToList();
        return (named.Count > 0 ? named : registry.EnvTypes).Select(registry.NewEnv);
    }
}
