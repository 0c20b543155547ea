using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore plan</c> besides those of the plan and of the pilot's evaluation.</summary>
internal sealed class PlanFlags
{
    [Placeholder("DIR")]
    [Description("the output folder of a finished run: its success rate and its time per episode are those of the plan")]
    public string? Run { get; set; }

    [Description("the most episodes per task of the pilot")]
    [Range(1, 10_000)]
    public int PilotEpisodes { get; set; } = 10;

    [Description("after how many seconds the pilot ends")]
    [Range(1, 86_400)]
    public double PilotSeconds { get; set; } = 20;

    [Description("how the plan is written")]
    public PlanFormat Format { get; set; } = PlanFormat.Table;
}
