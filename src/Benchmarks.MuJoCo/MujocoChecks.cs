using EvalCore;
using EvalCore.Diagnostics;
using MuJoCo;

namespace Benchmarks.MuJoCo;

/// <summary>What a suite on MuJoCo needs on a machine, for <c>evalcore doctor</c>. Optional: other suites work without it.</summary>
public static class MujocoChecks
{
    /// <summary>The engine: its version and the file it was loaded from.</summary>
    public static Check Engine { get; } = new("MuJoCo", FindEngine, Optional: true);

    /// <summary>Off-screen rendering: the device that renders images.</summary>
    public static Check Rendering { get; } =
        new("MuJoCo's images (OpenGL by EGL)", () => MujocoErrors.Translate(() => Renderer.Device), Optional: true);

    /// <summary>
    /// The device that renders images, for <c>IBenchmark.RenderingDevice</c>; null where nothing can render.
    /// </summary>
    public static string? RenderingDevice
    {
        get
        {
            try
            {
                return Renderer.Device;
            }
            catch (MujocoException)
            {
                return null;
            }
        }
    }

    /// <summary>Finds the engine.</summary>
    /// <returns>Its version and its file.</returns>
    /// <exception cref="EvalCoreException">It is missing or of another version; the line says what to do.</exception>
    public static string FindEngine() => MujocoErrors.Translate(() => $"{Mujoco.Version}, {Mujoco.LibraryPath}");
}
