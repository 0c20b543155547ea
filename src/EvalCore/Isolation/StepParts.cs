namespace EvalCore.Isolation;

/// <summary>What is read of an environment after each step, besides the step's result.</summary>
[Flags]
internal enum StepParts : long
{
    /// <summary>Nothing.</summary>
    None = 0,

    /// <summary>The conditions of the goal.</summary>
    Conditions = 1,

    /// <summary>The snapshot for a video.</summary>
    Snapshot = 2,

    /// <summary>The simulator's state.</summary>
    State = 4,
}
