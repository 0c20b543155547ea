using System.Text;

namespace EvalCore.Reports;

/// <summary>
/// The workflow of GitHub Actions that this process is a step of: its summary, which a pull request links to, and its annotations.
/// (GitHub's documentation, "Workflow commands for GitHub Actions".)
/// </summary>
public sealed class GitHubActions
{
    /// <summary>GitHub shows no summary of a step above 1 MiB.</summary>
    private const long MostBytes = 1 << 20;

    private readonly string? _summary;

    private GitHubActions(string? summary) => _summary = summary;

    /// <summary>The workflow; null outside of GitHub Actions.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static GitHubActions? Of(Func<string, string?> variable)
    {
        ArgumentNullException.ThrowIfNull(variable);
        return variable("GITHUB_ACTIONS") == "true" ? new GitHubActions(variable("GITHUB_STEP_SUMMARY")) : null;
    }

    /// <summary>An annotation, as a line that GitHub reads from the output of a step.</summary>
    /// <param name="level"><c>error</c>, <c>warning</c> or <c>notice</c>.</param>
    /// <param name="title">Its title.</param>
    /// <param name="message">Its text, which may have several lines.</param>
    public static string Annotation(string level, string title, string message)
    {
        ArgumentNullException.ThrowIfNull(title);
        ArgumentNullException.ThrowIfNull(message);
        return $"::{level} title={Data(title).Replace(":", "%3A", StringComparison.Ordinal).Replace(",", "%2C", StringComparison.Ordinal)}::{Data(message)}";

        static string Data(string text) =>
            text.Replace("%", "%25", StringComparison.Ordinal).Replace("\r", "%0D", StringComparison.Ordinal).Replace("\n", "%0A", StringComparison.Ordinal);
    }

    /// <summary>Adds to the step's summary. A summary that cannot be written is no reason to fail.</summary>
    /// <returns>Null, or why the summary was not written, in one line.</returns>
    public string? Summarize(string markdown)
    {
        ArgumentNullException.ThrowIfNull(markdown);
        if (string.IsNullOrEmpty(_summary))
            return null;
        try
        {
            using var file = new FileStream(_summary, FileMode.Append, FileAccess.Write, FileShare.ReadWrite);
            byte[] text = Encoding.UTF8.GetBytes(markdown.TrimEnd('\n') + "\n\n");
            if (file.Length + text.Length > MostBytes)
                return "GITHUB_STEP_SUMMARY: the summary would be above 1 MiB, which GitHub does not show; it is left out";
            file.Write(text);
            return null;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return EvalCoreException.CannotWrite($"GITHUB_STEP_SUMMARY: {_summary}", e).Message;
        }
    }
}
