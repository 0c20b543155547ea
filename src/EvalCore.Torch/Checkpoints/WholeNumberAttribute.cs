namespace EvalCore.Torch.Checkpoints;

/// <summary>Marks a boolean field that LeRobot declares as a whole number, so that it is saved as 0 or 1.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class WholeNumberAttribute : Attribute;
