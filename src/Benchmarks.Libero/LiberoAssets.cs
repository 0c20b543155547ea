using EvalCore.Assets;

namespace Benchmarks.Libero;

/// <summary>The files that LIBERO's tasks load: its own, and those of the robot.</summary>
public static class LiberoAssets
{
    /// <summary>Tasks, initial states and models of objects and scenes, as LIBERO's authors published them.</summary>
    public static AssetSet Libero { get; } = Read("libero");

    /// <summary>The models of the Panda robot, its mount and its gripper, from robosuite 1.4.0.</summary>
    public static AssetSet Robosuite { get; } = Read("robosuite");

    private static AssetSet Read(string name)
    {
        using var manifest = typeof(LiberoAssets).Assembly.GetManifestResourceStream($"{name}.assets.json")!;
        return AssetSet.Read(manifest);
    }
}
