namespace EvalCore.Torch.Checkpoints;

/// <summary>
/// Marks a field of a policy's configuration that decides nothing in an evaluation: a flag for it is accepted, as LeRobot
/// does, with a note.
/// </summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class TrainingOnlyAttribute : Attribute;
