using EvalCore.Policies;

namespace EvalCore.Torch.Inference;

/// <summary>What <see cref="Infer"/> is asked for: the flags of <c>evalcore infer</c>.</summary>
public sealed class InferOptions
{
    /// <summary>Which policy: the flags <c>--policy.*</c>, and <c>--rename_map</c>.</summary>
    public required PolicyOptions Policy { get; init; }

    /// <summary>
    /// <c>--input</c>: a safetensors file of stored observations, <c>obs.&lt;key&gt;</c> [T, B, n] F32 or F64 and
    /// <c>obs_u8.&lt;key&gt;</c> [T, B, height, width, 3] U8.
    /// </summary>
    public required string Input { get; init; }

    /// <summary><c>--task</c>: the instruction of each of the B episodes, or one for all; none is the empty text.</summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>
    /// <c>--draws</c>: a safetensors file of random tensors [B, ...] to inject in the order of their names in place of
    /// drawing. <c>rng.tTT.*</c> are for the steps, <c>rng.NNN.*</c> for the chunk; where there is but one kind, it is for
    /// both. Null: draw, with seeds <see cref="PolicyOptions.Seed"/> + episode.
    /// </summary>
    public string? Draws { get; init; }

    /// <summary>
    /// <c>--output</c>: the safetensors file to write: <c>chunk.raw</c> and <c>chunk.post</c> [B, steps, action] F32, the
    /// chunk a fresh episode predicts from the first observation, before and after the post-processor;
    /// <c>select.raw</c> and <c>select.post</c> [T, B, action] F32, the actions of T steps.
    /// </summary>
    public required string Output { get; init; }
}
