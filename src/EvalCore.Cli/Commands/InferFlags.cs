using System.ComponentModel;
using EvalCore.Options;

namespace EvalCore.Cli.Commands;

/// <summary>The flags of <c>evalcore infer</c> besides those of the policy.</summary>
internal sealed class InferFlags
{
    [Placeholder("FILE")]
    [Description("stored observations: obs.<key> [T, B, n], obs_u8.<key> [T, B, height, width, 3]")]
    public string? Input { get; set; }

    [Placeholder("FILE")]
    [Description("the safetensors file to write: chunk.raw, chunk.post, select.raw, select.post")]
    public string? Output { get; set; }

    [Placeholder("TEXT")]
    [Description("the instruction of all B episodes; given B times, of each one")]
    public IReadOnlyList<string>? Task { get; set; }

    [Placeholder("FILE")]
    [Description("a safetensors file with random tensors rng.* to take in place of drawing")]
    public string? Draws { get; set; }

    [Description("the base of the episodes' generators where no draws are given")]
    public long Seed { get; set; } = 1000;

    [Description("new names for observation keys: {\"old\": \"new\"}")]
    public IReadOnlyDictionary<string, string> RenameMap { get; set; } = new Dictionary<string, string>();
}
