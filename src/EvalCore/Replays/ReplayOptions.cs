using EvalCore.Environments;

namespace EvalCore.Replays;

/// <summary>What <see cref="Replay"/> plays, and what it writes.</summary>
/// <param name="Env">The suite; its task names one task.</param>
/// <param name="Actions">
/// The recorded actions, <c>[T, action dimension]</c>, F32 or F64: <c>FILE.safetensors</c> or
/// <c>FILE.safetensors:TENSOR</c>. Without a name the tensor is <c>action</c>, <c>actions</c>, or the only one there is.
/// </param>
/// <param name="Trace">The safetensors file that is written.</param>
public sealed record ReplayOptions(EnvConfig Env, string Actions, string Trace)
{
    /// <summary>The seed of the reset.</summary>
    public long Seed { get; init; } = 1000;

    /// <summary>The stored initial state a suite that has them begins in.</summary>
    public int InitStateId { get; init; }

    /// <summary>Whether the observations are written too.</summary>
    public bool Observe { get; init; }

    /// <summary>
    /// A safetensors file with a stored state of the simulator, by the names of <see cref="IEnvironment.StateSpace"/>,
    /// that is set after the reset; null for none.
    /// </summary>
    public string? From { get; init; }
}
