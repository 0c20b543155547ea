using EvalCore.Environments;

namespace EvalCore.Inference;

/// <summary>The options of <see cref="Infer"/>: the flags of <c>evalcore infer</c>.</summary>
public sealed record InferOptions
{
    /// <summary>
    /// <c>--input</c>: a safetensors file of stored observations, <c>obs.&lt;key&gt;</c> [T, B, n] F32 or F64 and
    /// <c>obs_u8.&lt;key&gt;</c> [T, B, height, width, 3] U8.
    /// </summary>
    public required string Input { get; init; }

    /// <summary>
    /// <c>--output</c>: the safetensors file to write: <c>chunk.raw</c> and <c>chunk.post</c> [B, steps, action] F32, the
    /// chunk a fresh episode predicts from the first observation, before and after the post-processor;
    /// <c>select.raw</c> and <c>select.post</c> [T, B, action] F32, the actions of T steps.
    /// </summary>
    public required string Output { get; init; }

    /// <summary>
    /// <c>--task</c>: the instruction of each of the B episodes, or one for all. Empty: every instruction is the empty
    /// string.
    /// </summary>
    public IReadOnlyList<string> Tasks { get; init; } = [];

    /// <summary>
    /// <c>--draws</c>: a safetensors file of random tensors [B, ...] to inject in the order of their names instead of
    /// drawing. <c>rng.tTT.*</c> are for the steps, <c>rng.NNN.*</c> for the chunk; when the file has only one kind, it
    /// is used for both. Null draws random numbers, with the seeds <see cref="Seed"/> + episode.
    /// </summary>
    public string? Draws { get; init; }

    /// <summary><c>--seed</c>: the seed of the first episode's random numbers, when no draws are given.</summary>
    public long Seed { get; init; } = EpisodeSpec.DefaultSeed;

    /// <summary><c>--rename_map</c>: new names for observation keys, from old to new.</summary>
    public IReadOnlyDictionary<string, string> RenameMap { get; init; } = new Dictionary<string, string>();
}
