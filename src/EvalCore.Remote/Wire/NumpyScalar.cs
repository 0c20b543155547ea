namespace EvalCore.Remote.Wire;

/// <summary>One of numpy's scalars, as openpi writes them: a number with its type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Value">A bool, long, ulong, double or string.</param>
internal sealed record NumpyScalar(DType Type, object? Value);
