using System.ComponentModel;
using System.ComponentModel.DataAnnotations;

namespace EvalCore.Benchmarks.Scaling;

/// <summary>The flags of the simulation.</summary>
public sealed class ScalingOptions
{
    [Description("episodes of each task")]
    [Range(1, 100_000)]
    public int Episodes { get; set; } = 50;

    [Description("core milliseconds of a step, policy and images included; 0 takes the recorded time of each episode")]
    [Range(0, 1e6)]
    public double StepMs { get; set; }

    [Description("core seconds until a shard plays: start of the program, loading of the policy")]
    [Range(0, 1e6)]
    public double StartS { get; set; }

    [Description("core seconds to compile the model of a task")]
    [Range(0, 1e6)]
    public double CompileS { get; set; }

    [Description("the share of the episodes that succeed, in which case they end at 30 to 80 % of the recorded steps; null ends all as recorded")]
    [Range(0, 1)]
    public double? Success { get; set; }
}
