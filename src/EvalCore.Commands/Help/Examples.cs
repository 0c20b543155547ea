using EvalCore.Evaluation;

namespace EvalCore.Commands.Help;

/// <summary>
/// The example command lines of the help. They are written for evalcore; another program's have its own name, suite and
/// policy.
/// </summary>
internal static class Examples
{
    private const string Name = "evalcore";
    private const string Suite = "pusht";

    /// <summary>Adapts examples to a program.</summary>
    /// <param name="registry">The suites and sources of policies of the program.</param>
    /// <param name="program">What a user types to start it.</param>
    public static Func<string, string> Of(Registry registry, string program)
    {
        string suite = registry.EnvTypes.Contains(Suite) || registry.EnvTypes.Count == 0 ? Suite : registry.EnvTypes.First();
        return line => (line.StartsWith(Name, StringComparison.Ordinal) ? program + line[Name.Length..] : line)
            .Replace($"--env.type={Suite}", $"--env.type={suite}", StringComparison.Ordinal)
            .Replace($"list {Suite}", $"list {suite}", StringComparison.Ordinal)
            .Replace($"_{Suite}_act", $"_{suite}_act", StringComparison.Ordinal);
    }
}
