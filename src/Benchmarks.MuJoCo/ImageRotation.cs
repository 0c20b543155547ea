namespace Benchmarks.MuJoCo;

/// <summary>How a suite stores an image.</summary>
public enum ImageRotation
{
    /// <summary>As the camera sees it, the top row first.</summary>
    None,

    /// <summary>The bottom row first, as OpenGL stores images: upside down and mirrored (robosuite's default).</summary>
    BottomUp,

    /// <summary>Rotated by 180 degrees: the bottom row first, and each row from right to left (LeRobot's Meta-World).</summary>
    Half,

    /// <summary>The top row first, and each row from right to left: robosuite's image rotated by 180 degrees (LeRobot's LIBERO).</summary>
    Mirrored,
}
