namespace EvalCore.Environments;

/// <summary>One named vector of a simulator's state.</summary>
/// <param name="Name">The name of the tensor in a file, for example <c>qpos</c>.</param>
/// <param name="Length">The number of its elements, float64.</param>
public sealed record StateField(string Name, int Length)
{
    /// <summary>Whether a stored state may omit it. An omitted vector keeps its value after the reset.</summary>
    public bool IsOptional { get; init; }
}
