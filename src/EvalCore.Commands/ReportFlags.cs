using System.ComponentModel;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore report</c> besides those of the comparison.</summary>
internal sealed class ReportFlags
{
    /// <summary>The run that the page compares with; null for none.</summary>
    [Placeholder("RUN")]
    [Description("the run to compare with: an output folder, or a file eval_info.json")]
    public string? Baseline { get; set; }

    /// <summary>The file of the page; null for the default.</summary>
    [Placeholder("FILE")]
    [Description("the page's file (its name ends with .html) or folder; default report.html in the run's folder, beside the videos")]
    public string? Output { get; set; }
}
