using EvalCore.Environments;

namespace EvalCore.Replays;

/// <summary>The options of <see cref="Replay"/>.</summary>
/// <param name="Env">The suite; its flags must name exactly one task.</param>
/// <param name="Actions">
/// The recorded actions, <c>[T, action dimension]</c>, F32 or F64: <c>FILE.safetensors</c> or
/// <c>FILE.safetensors:TENSOR</c>. Without a name the tensor is <c>action</c>, <c>actions</c>, or the only tensor in
/// the file.
/// </param>
/// <param name="Trace">The safetensors file that is written.</param>
public sealed record ReplayOptions(EnvConfig Env, string Actions, string Trace)
{
    /// <summary>The seed of the reset.</summary>
    public long Seed { get; init; } = EpisodeSpec.DefaultSeed;

    /// <summary>The number of the stored initial state, for suites that have them.</summary>
    public int InitStateId { get; init; }

    /// <summary>The number of the episode in its task, for suites whose reset depends on it besides the seed.</summary>
    public int EpisodeIndex { get; init; }

    /// <summary>Whether the observations are written too.</summary>
    public bool Observe { get; init; }

    /// <summary>
    /// A safetensors file with a stored state of the simulator, by the names of <see cref="IStateAccess.StateFields"/>,
    /// that is set after the reset; null for none.
    /// </summary>
    public string? From { get; init; }
}
