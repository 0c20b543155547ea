using EvalCore.Comparisons;
using EvalCore.Files;
using EvalCore.Statistics;

namespace EvalCore.Reports;

/// <summary>
/// The report of a run: one HTML page that contains all it shows except the videos, which it names relative to its own folder. It
/// loads nothing from other machines, and can be read without scripts.
/// </summary>
public sealed class RunReport
{
    /// <summary>The file's name in the output folder.</summary>
    public const string FileName = "report.html";

    private readonly Lazy<IReadOnlyList<string>> _notes;

    /// <summary>Makes the report of a run.</summary>
    /// <param name="run">The run.</param>
    /// <param name="baseline">The run that it is compared with; null for none.</param>
    /// <param name="options">How they are compared; null for the defaults.</param>
    /// <param name="ownRange">The range of the compared metric in a suite; null where it has none.</param>
    /// <exception cref="EvalCoreException">An option of the comparison is out of range, or a run lacks the metric.</exception>
    public RunReport(ReportRun run, ReportRun? baseline = null, ComparisonOptions? options = null, Func<string, Interval?>? ownRange = null)
    {
        ArgumentNullException.ThrowIfNull(run);
        (Run, Baseline, Traces, _notes) = (run, baseline, new StepTraces(run.Steps, baseline?.Steps), new(() => ReportNotes.Of(run.Info)));
        if (baseline is null)
            return;
        options ??= new ComparisonOptions();
        options.Validate();
        var episodes = CommonEpisodes.TryOf(baseline.Info, run.Info, out string? reason);
        NotCompared = reason;
        if (episodes is not null)
            Comparison = Comparison.Of(episodes, baseline.Info, run.Info, options, ownRange);
    }

    /// <summary>The run.</summary>
    public ReportRun Run { get; }

    /// <summary>The run that it is compared with: A in the comparison. Null for none.</summary>
    public ReportRun? Baseline { get; }

    /// <summary>The comparison; null without a baseline, or where it has no episode in common.</summary>
    public Comparison? Comparison { get; }

    /// <summary>Why there is no comparison with the baseline; null where there is one, and without a baseline.</summary>
    public string? NotCompared { get; }

    /// <summary>What a reader must know besides the numbers, one line each.</summary>
    internal IReadOnlyList<string> Notes => _notes.Value;

    /// <summary>What was recorded of the steps.</summary>
    internal StepTraces Traces { get; }

    /// <summary>Writes the page.</summary>
    /// <param name="path">The file. The videos are named relative to its folder.</param>
    /// <exception cref="EvalCoreException">The file cannot be written, or recorded steps cannot be read.</exception>
    public void Save(string path) => WholeFile.Write(path, ToHtml(Path.GetDirectoryName(Path.GetFullPath(path))!));

    /// <summary>The most important of the report in a few lines of Markdown, for a pull request.</summary>
    /// <param name="file">Where the page is; null where there is none.</param>
    public string ToMarkdown(string? file = null) => RunMarkdown.Of(this, file);

    /// <summary>The page.</summary>
    /// <param name="folder">The folder that it will be in.</param>
    public string ToHtml(string folder) => ReportPage.Write(this, new VideoLinks(folder));
}
