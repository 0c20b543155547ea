namespace EvalCore.Policies;

/// <summary>How forward passes may be batched: <c>--policy.batching</c>.</summary>
public enum Batching
{
    /// <summary>
    /// No result depends on the batch size: one episode per forward pass, or batches of a fixed shape, whichever is faster
    /// and identical.
    /// </summary>
    Exact,

    /// <summary>Fastest: as many episodes per forward pass as are waiting. Results may differ in the last bits.</summary>
    Dynamic,
}
