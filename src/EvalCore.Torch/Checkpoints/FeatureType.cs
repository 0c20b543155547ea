namespace EvalCore.Torch.Checkpoints;

/// <summary>What a feature of a policy is, by LeRobot's names.</summary>
internal enum FeatureType
{
    /// <summary>The robot's own state.</summary>
    STATE,

    /// <summary>An image.</summary>
    VISUAL,

    /// <summary>The state of the environment.</summary>
    ENV,

    /// <summary>The action.</summary>
    ACTION,

    /// <summary>A reward.</summary>
    REWARD,

    /// <summary>An instruction.</summary>
    LANGUAGE,
}
