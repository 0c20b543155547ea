namespace EvalCore.Environments;

/// <summary>Identifies an episode of a run. Records in a file are matched with episodes by this key.</summary>
/// <param name="Suite">The environment type.</param>
/// <param name="Group">The group of the task.</param>
/// <param name="TaskId">The number of the task in its group.</param>
/// <param name="Index">The number of the episode in its task.</param>
public readonly record struct EpisodeKey(string Suite, string Group, int TaskId, int Index);
