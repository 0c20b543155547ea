namespace EvalCore.Environments;

/// <summary>Gymnasium's <c>Box</c> of an environment's actions.</summary>
/// <param name="Dimension">Numbers per action.</param>
/// <param name="Low">The declared lower bound of each number. Environments may accept actions outside.</param>
/// <param name="High">The declared upper bound of each number.</param>
public sealed record ActionSpace(int Dimension, double Low, double High);
