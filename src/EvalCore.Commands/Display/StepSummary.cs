using System.Globalization;
using EvalCore.Comparisons;
using EvalCore.Reports;

namespace EvalCore.Commands.Display;

/// <summary>What a command adds to a pull request, where it is a step of a workflow of GitHub Actions.</summary>
internal static class StepSummary
{
    /// <summary>Adds Markdown to the summary of the step; a note says why where that is not possible.</summary>
    public static void Write(Terminal terminal, string markdown)
    {
        if (GitHubActions.Of(terminal.Host.Variable)?.Summarize(markdown) is { } problem)
            terminal.Note(problem);
    }

    /// <summary>Adds a comparison to the summary, and annotates one that does not pass.</summary>
    public static void Write(Terminal terminal, Comparison comparison, string a, string b)
    {
        if (GitHubActions.Of(terminal.Host.Variable) is null)
            return;
        using var markdown = new StringWriter(CultureInfo.InvariantCulture) { NewLine = "\n" };
        markdown.WriteLine("### Comparison\n");
        ComparisonMarkdown.Write(comparison, a, b, markdown);
        Write(terminal, markdown.ToString());
        Annotate(terminal, comparison.Verdict, $"evalcore compare {a} {b}", ComparisonText.Verdict(comparison));
    }

    /// <summary>
    /// Annotates a verdict other than pass: an error for fail, else a warning. The line goes to standard error, which GitHub reads as well,
    /// so that standard output stays what a program reads.
    /// </summary>
    public static void Annotate(Terminal terminal, GateVerdict verdict, string title, string message)
    {
        if (verdict == GateVerdict.Pass || GitHubActions.Of(terminal.Host.Variable) is null)
            return;
        terminal.Error.Profile.Out.Writer.WriteLine(GitHubActions.Annotation(verdict == GateVerdict.Fail ? "error" : "warning", title, message));
    }
}
