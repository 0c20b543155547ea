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
        new("MuJoCo (Meta-World)", () => Try(() => $"{Mujoco.Version}, {Mujoco.LibraryPath}"), Optional: true),
        new("OpenGL by EGL (pictures of MuJoCo)", () => Try(() => Renderer.Device), Optional: true),
        new("Meta-World's model files", MetaWorldAssets.Find, Optional: true),
    ];

    private static string Try(Func<string> find)
    {
        try
        {
            return find();
        }
        catch (MujocoException e)
        {
            throw new OptionException(e.Message, e);
        }
    }
}
