namespace EvalCore.History;

/// <summary>The earlier run that the last one of a suite and a policy is compared with.</summary>
public enum EarlierRun
{
    /// <summary>The one before.</summary>
    Previous,

    /// <summary>The one with the highest success rate.</summary>
    Best,
}
