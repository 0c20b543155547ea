namespace EvalCore.Replays;

/// <summary>The summary of a replay.</summary>
/// <param name="Steps">Steps played.</param>
/// <param name="SumReward">The sum of all rewards.</param>
/// <param name="MaxReward">The largest reward; 0 when no step was played.</param>
/// <param name="FirstSuccess">The first step, from 0, after which the task counted as solved; null for none.</param>
public sealed record ReplaySummary(int Steps, double SumReward, double MaxReward, int? FirstSuccess);
