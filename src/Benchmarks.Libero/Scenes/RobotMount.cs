using Benchmarks.MuJoCo;

namespace Benchmarks.Libero.Scenes;

/// <summary>What the robot stands on (robosuite 1.4.0, <c>models/mounts/</c>).</summary>
/// <param name="File">Its MJCF in robosuite's folder.</param>
/// <param name="TopOffset">Where the robot stands in the frame of the mount, metres.</param>
internal sealed record RobotMount(string File, Vec3 TopOffset)
{
    /// <summary>A pedestal (<c>RethinkMount</c>; LIBERO's <c>MountedPanda</c>).</summary>
    public static RobotMount Rethink { get; } = new("mounts/rethink_mount.xml", new(0, 0, -0.01));

    /// <summary>The robot stands on the ground or the table (<c>NullMount</c>; LIBERO's <c>OnTheGroundPanda</c>).</summary>
    public static RobotMount None { get; } = new("mounts/null_mount.xml", Vec3.Zero);
}
