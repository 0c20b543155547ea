using EvalCore.Environments;

namespace EvalCore.Rollout;

/// <summary>
/// A number of worlds that play at once: Gymnasium's vector environment, whose workers are threads. The worlds are
/// built on the threads that step them, when their first episode starts.
/// </summary>
/// <param name="Config">What the worlds are.</param>
/// <param name="NumEnvs">How many episodes are in flight at once.</param>
/// <param name="IsAsync">Each world on a thread of its own, or (false) all on one. One world alone is never async.</param>
public sealed record VectorEnvironment(EnvConfig Config, int NumEnvs, bool IsAsync)
{
    /// <summary>Whether there is a thread per world.</summary>
    public bool IsAsync { get; } = IsAsync && NumEnvs > 1;
}
