namespace EvalCore.Torch.Checkpoints;

/// <summary>What a feature of a policy is, by LeRobot's names.</summary>
internal enum FeatureType
{
    /// <summary>The robot's own state.</summary>
    STATE,

    /// <summary>A picture.</summary>
    VISUAL,

    /// <summary>The state of the world.</summary>
    ENV,

    /// <summary>The action.</summary>
    ACTION,

    /// <summary>A reward.</summary>
    REWARD,

    /// <summary>Text.</summary>
    LANGUAGE,
}
