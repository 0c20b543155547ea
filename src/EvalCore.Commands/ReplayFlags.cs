using System.ComponentModel;
using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Commands;

/// <summary>The flags of <c>evalcore replay</c> besides those of the suite.</summary>
internal sealed class ReplayFlags
{
    [Placeholder("FILE[:TENSOR]")]
    [Description("the recorded actions [T, action dimension], F32 or F64, in a safetensors file")]
    public string? Actions { get; set; }

    [Placeholder("FILE")]
    [Description("the safetensors file to write")]
    public string? Trace { get; set; }

    [Description("the seed of the reset")]
    public long Seed { get; set; } = EpisodeSpec.DefaultSeed;

    [Description("write the observations too")]
    public bool Observe { get; set; }

    [Placeholder("FILE")]
    [Description("a safetensors file with a simulator state to start from, set after the reset")]
    public string? From { get; set; }
}
