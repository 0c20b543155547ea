namespace EvalCore.Policies;

/// <summary>How a policy wants its sessions' forward passes called.</summary>
public enum PolicyBatching
{
    /// <summary>
    /// One session at a time, from any thread and several at once: each worker computes its own episode's actions.
    /// What <c>--policy.batching=exact</c> means on a CPU.
    /// </summary>
    PerSession,

    /// <summary>Several sessions in one call, from one thread at a time.</summary>
    Batched,
}
