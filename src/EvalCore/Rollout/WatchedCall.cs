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

    /// <summary>The policy runs its network.</summary>
    Inference,
}
