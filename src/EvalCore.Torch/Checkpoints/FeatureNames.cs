namespace EvalCore.Torch.Checkpoints;

/// <summary>LeRobot's fixed names.</summary>
internal static class FeatureNames
{
    public const string State = "observation.state";

    public const string Action = "action";

    /// <summary>The ids of the instruction, int64 [B, L].</summary>
    public const string LanguageTokens = "observation.language.tokens";

    /// <summary>Where they stand for the instruction and do not pad it, bool [B, L].</summary>
    public const string LanguageMask = "observation.language.attention_mask";

    /// <summary>What the names of cameras begin with that a policy declares and no environment has.</summary>
    public const string EmptyCamera = "observation.images.empty_camera_";
}
