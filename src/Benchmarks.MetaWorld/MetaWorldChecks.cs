using EvalCore;
using EvalCore.Diagnostics;
using MuJoCo;

namespace Benchmarks.MetaWorld;

/// <summary>What Meta-World needs on a machine.</summary>
public static class MetaWorldChecks
{
    /// <summary>
    /// The checks: its physics engine, off-screen rendering, its model files. Other suites go without them.
    /// </summary>
    public static IReadOnlyList<Check> All { get; } =
    [
        new("MuJoCo (Meta-World)", Engine, Optional: true),
        new("OpenGL by EGL (pictures of MuJoCo)", () => Try(() => Renderer.Device), Optional: true),
        new("Meta-World's model files", MetaWorldAssets.Find, Optional: true),
    ];

    /// <summary>The version and the file of the engine.</summary>
    /// <exception cref="EvalCoreException">It is missing, or of another version; the line says what to do.</exception>
    internal static string Engine() => Try(() => $"{Mujoco.Version}, {Mujoco.LibraryPath}");

    private static string Try(Func<string> find)
    {
        try
        {
            return find();
        }
        catch (MujocoException e)
        {
            throw new EvalCoreException(e.Message, e);
        }
    }
}
