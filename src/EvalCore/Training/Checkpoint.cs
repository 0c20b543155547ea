namespace EvalCore.Training;

/// <summary>A checkpoint of a training run.</summary>
/// <param name="Step">The number of training steps after which it was written.</param>
/// <param name="Name">The name of its folder, for example <c>005000</c>.</param>
/// <param name="Path">The path of its policy, a value of <c>--policy.path</c>.</param>
public sealed record Checkpoint(long Step, string Name, string Path);
