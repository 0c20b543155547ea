using System.ComponentModel;
using EvalCore.Environments;
using EvalCore.Options;

namespace EvalCore.Commands;

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
    [Description("the instruction of all B episodes; give it B times for one per episode")]
    public IReadOnlyList<string>? Task { get; set; }

    [Placeholder("FILE")]
    [Description("a safetensors file with random tensors rng.* to use instead of drawing")]
    public string? Draws { get; set; }

    [Description("the seed of episode 0 without --draws; episode k has seed + k")]
    public long Seed { get; set; } = EpisodeSpec.DefaultSeed;

    [Description("new names for observation keys: {\"old\": \"new\"}")]
    public IReadOnlyDictionary<string, string> RenameMap { get; set; } = new Dictionary<string, string>();
}
