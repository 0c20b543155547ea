namespace EvalCore.Torch.Checkpoints;

/// <summary>LeRobot's fixed names.</summary>
internal static class FeatureNames
{
    public const string State = "observation.state";

    public const string Action = "action";
}
