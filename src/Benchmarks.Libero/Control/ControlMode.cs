namespace Benchmarks.Libero.Control;

/// <summary>What the first six numbers of an action mean (LeRobot: <c>control_mode</c>).</summary>
internal enum ControlMode
{
    /// <summary>A displacement and a rotation of the hand, each in [-1, 1]: of 5 cm and half a radian at most.</summary>
    Relative,

    /// <summary>The goal itself: the position in metres and an axis-angle vector in radians, world frame.</summary>
    Absolute,
}
