namespace EvalCore.Comparisons;

/// <summary>What a gate or a comparison concludes.</summary>
public enum GateVerdict
{
    /// <summary>The threshold is reached, or a drop of the margin or more is excluded.</summary>
    Pass,

    /// <summary>The threshold is missed, or the second run is shown to be worse.</summary>
    Fail,

    /// <summary>The episodes do not decide.</summary>
    Undecided,

    /// <summary>The runs were made under different conditions, so a difference would say nothing about the policy.</summary>
    NotComparable,
}
