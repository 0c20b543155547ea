namespace Benchmarks.Libero;

/// <summary>What an action's first six numbers mean: robosuite's <c>control_delta</c>.</summary>
public enum ControlMode
{
    /// <summary>Changes of the gripper's pose, in [-1, 1]: up to 5 cm and 0.5 rad for each step.</summary>
    Relative,

    /// <summary>The pose itself, metres and radians, in the world's frame.</summary>
    Absolute,
}
