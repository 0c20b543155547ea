namespace EvalCore.Environments;

/// <summary>The result of a step. The observation is requested separately.</summary>
/// <param name="Reward">The reward of the step.</param>
/// <param name="Terminated">The task ended the episode.</param>
/// <param name="Truncated">The time limit ended the episode. May be true together with <paramref name="Terminated"/>.</param>
/// <param name="Success">The task counts as solved after this step (<c>is_success</c>).</param>
public readonly record struct StepResult(double Reward, bool Terminated, bool Truncated, bool Success);
