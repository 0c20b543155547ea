using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore video</c>.</summary>
internal sealed class VideoFlags
{
    [Placeholder("TASK:K,...")]
    [Description("these episodes: number K of a task, from 0, or K alone for every task")]
    public string? Episode { get; set; }

    [Description("the episodes that failed")]
    public bool Failures { get; set; }

    [Description("all episodes")]
    public bool All { get; set; }

    [Placeholder("NAME")]
    [Description("only of this task or group of tasks")]
    public string? Task { get; set; }

    [Description("at most the first N of these episodes; -n is short for it")]
    [Range(1, int.MaxValue)]
    public int? N { get; set; }

    [Description("make videos again that are there")]
    public bool Overwrite { get; set; }
}
