using System.ComponentModel;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore history</c> besides those of a check.</summary>
internal sealed class HistoryFlags
{
    [Placeholder("FILE")]
    [Description("the history; default: the variable EVALCORE_HISTORY")]
    public string? History { get; set; }

    [Placeholder("NAME")]
    [Description("only runs of this suite")]
    public string? Suite { get; set; }

    [Placeholder("TEXT")]
    [Description("only runs of policies whose path or type contains this")]
    public string? Policy { get; set; }

    [Placeholder("DATE")]
    [Description("only entries since then, for example 2026-01-31")]
    public string? Since { get; set; }

    [Placeholder("HASH")]
    [Description("only entries of this git commit, or its beginning; with add, the commit of benchmarks (without it, that of the working folder)")]
    public string? Commit { get; set; }

    [Placeholder("FILE.svg")]
    [Description("plot: the file to write")]
    public string Output { get; set; } = "history.svg";

    /// <summary>Checks that a verb reads the flags that are given.</summary>
    /// <param name="verb">The verb.</param>
    /// <param name="given">The names of the flags, also of a check's.</param>
    /// <exception cref="EvalCoreException">A flag has no effect with the verb.</exception>
    public static void Validate(string verb, IEnumerable<string> given)
    {
        foreach (string flag in given)
        {
            if (!ReadersOf(flag).Contains(verb))
                throw new EvalCoreException($"--{flag}: has no effect with history {verb}, only with {Listed(ReadersOf(flag))}; omit the flag");
        }
    }

    private static string[] ReadersOf(string flag) => flag switch
    {
        "history" or "commit" => ["add", "list", "plot", "check"],
        "suite" or "policy" or "since" => ["list", "plot", "check"],
        "output" => ["plot"],
        _ => ["check"],
    };

    private static string Listed(string[] verbs) => verbs.Length == 1 ? verbs[0] : $"{string.Join(", ", verbs[..^1])} and {verbs[^1]}";
}
