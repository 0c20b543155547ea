using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>Tells the arguments of a command from its flags, which may stand before or after them.</summary>
internal static class Operands
{
    /// <summary>Splits a command line.</summary>
    /// <param name="tokens">The tokens after the command's name.</param>
    /// <param name="flags">The objects whose properties are the flags: one without a value is known as a boolean.</param>
    /// <exception cref="EvalCoreException">An argument is empty.</exception>
    public static (List<string> Arguments, List<string> Flags) Split(IReadOnlyList<string> tokens, params IReadOnlyList<object> flags)
    {
        var switches = flags.SelectMany(owner => OptionProperty.Of(owner.GetType())).Where(property => property.Placeholder == "true|false")
            .Select(property => $"--{property.Name}").ToHashSet();
        List<string> arguments = [], given = [];
        for (int i = 0; i < tokens.Count; i++)
        {
            string token = tokens[i];
            if (token.Length == 0)
                throw new EvalCoreException("an argument is empty; is a variable of the shell not set?");
            // SQL may begin with a comment.
            if (!token.StartsWith('-') || token.AsSpan().ContainsAny(' ', '\n', '\t'))
            {
                arguments.Add(token);
                continue;
            }

            given.Add(token);
            if (token.Contains('=', StringComparison.Ordinal) || i + 1 == tokens.Count)
                continue;
            if (!switches.Contains(token) || tokens[i + 1] is "true" or "false")
                given.Add(tokens[++i]);
            else
                given[^1] = $"{token}=true";
        }

        return (arguments, given);
    }

    /// <summary>Tells a command's own flags from those of the policy and the suite, whose names have a section: <c>--policy.path</c>.</summary>
    public static (List<string> Own, List<string> OfRun) Sections(IReadOnlyList<string> flags)
    {
        List<string> own = [], ofRun = [];
        var last = own;
        foreach (string token in flags)
        {
            if (token.StartsWith("--", StringComparison.Ordinal))
                last = token.Split('=')[0] is var name && (name.Contains('.', StringComparison.Ordinal) || name == "--rename_map") ? ofRun : own;
            last.Add(token);
        }

        return (own, ofRun);
    }
}
