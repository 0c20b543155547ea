using EvalCore.Environments;
using EvalCore.Evaluation;

namespace EvalCore.Commands.Help;

/// <summary>The flags of the suites, in the help of each command that takes one.</summary>
internal static class SuiteSections
{
    /// <summary>
    /// A section on choosing a suite, and one for each suite, or only for the one that the command line names.
    /// </summary>
    /// <param name="registry">The suites.</param>
    /// <param name="tokens">The arguments on the command line.</param>
    public static IEnumerable<HelpSection> Of(Registry registry, IReadOnlyList<string> tokens) =>
    [
        new("Suite", [new HelpRow($"--env.type={string.Join('|', registry.EnvTypes)}", "the suite")]),
        .. Named(registry, tokens).Select(env => new HelpSection($"Suite {env.Type}", HelpRow.Of(env, "env."))),
    ];

    private static IEnumerable<EnvConfig> Named(Registry registry, IReadOnlyList<string> tokens)
    {
        string text = $"{string.Join(' ', tokens)} ".Replace("--env.type ", "--env.type=", StringComparison.Ordinal);
        var named = registry.EnvTypes.Where(type => text.Contains($"--env.type={type} ", StringComparison.Ordinal)).ToList();
        return (named.Count > 0 ? named : registry.EnvTypes).Select(registry.NewEnv);
    }
}
