namespace EvalCore.Rollout;

/// <summary>A call that may not return.</summary>
internal enum WatchedCall
{
    /// <summary>An environment is made.</summary>
    Start,

    /// <summary>It is reset.</summary>
    Reset,

    /// <summary>Actions are played: of an environment in another process, all up to the next observation.</summary>
    Step,

    /// <summary>It is observed.</summary>
    Observation,

    /// <summary>It is asked for something else: its state, for a video or a recording, its warning, or the device that renders.</summary>
    Read,

    /// <summary>It is disposed.</summary>
    Close,

    /// <summary>The policy begins an episode.</summary>
    NewSession,

    /// <summary>The policy reads an observation; one that is a class computes its actions then.</summary>
    Planning,

    /// <summary>The policy runs its network.</summary>
    Inference,
}
