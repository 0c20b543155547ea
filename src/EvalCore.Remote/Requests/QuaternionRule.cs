namespace EvalCore.Remote.Requests;

/// <summary>How a quaternion becomes axis times angle: the peers differ, and so do their states.</summary>
internal enum QuaternionRule
{
    /// <summary>openpi's client, and vla-eval's <c>quat_no_antipodal</c>: the angle is from 0 to 2 pi.</summary>
    Kept,

    /// <summary>vla-eval's default: a quaternion with w below 0 is negated first, so the angle is from 0 to pi.</summary>
    Shortest,
}
