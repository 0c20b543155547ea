namespace Benchmarks.MuJoCo;

/// <summary>
/// Environment variables that choose how MuJoCo's Python programs render. Images are always rendered by EGL here:
/// <c>MUJOCO_GL=egl</c> is what happens, and any other value has no effect. <c>MUJOCO_EGL_DEVICE_ID</c> and
/// <c>LIBGL_ALWAYS_SOFTWARE</c> are honoured.
/// </summary>
internal static class RenderingVariables
{
    private static readonly string[] Names = ["MUJOCO_GL", "PYOPENGL_PLATFORM"];

    /// <summary>A note when a variable asks for something else.</summary>
    /// <param name="variable">Reads an environment variable.</param>
    public static IEnumerable<string> Notes(Func<string, string?> variable)
    {
        string[] others =
        [
            .. from name in Names
               let value = variable(name)
               where !string.IsNullOrEmpty(value) && !value.Equals("egl", StringComparison.OrdinalIgnoreCase)
               select $"{name}={value}",
        ];
        return others.Length == 0
            ? []
            : [$"{string.Join(" and ", others)}: no effect; images are rendered by EGL (LIBGL_ALWAYS_SOFTWARE=1 selects Mesa's software renderer)"];
    }
}
