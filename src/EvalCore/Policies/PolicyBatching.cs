namespace EvalCore.Policies;

/// <summary>How the harness calls the forward passes of a policy's sessions.</summary>
public enum PolicyBatching
{
    /// <summary>
    /// One session per call, from several threads at once: each worker computes its own episode's actions. Used for
    /// <c>--policy.batching=exact</c> on a CPU.
    /// </summary>
    PerSession,

    /// <summary>Several sessions in one call, from one thread at a time.</summary>
    Batched,
}
