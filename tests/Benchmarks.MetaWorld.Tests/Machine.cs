using EvalCore.Assets;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>What a machine may lack: a test that needs it is skipped with the line that says so.</summary>
internal static class Machine
{
    /// <summary>Meta-World's files.</summary>
    public static void NeedsFiles() => Assert.SkipWhen(
        AssetStore.Default.Find(MetaWorldAssets.Set) is null,
        "Meta-World's files are not here: run 'evalcore assets fetch metaworld', or set EVALCORE_MIRROR");

    /// <summary>Meta-World's files and MuJoCo.</summary>
    public static void NeedsMetaWorld()
    {
        NeedsFiles();
        global::MuJoCo.Tests.Machine.NeedsMujoco();
    }

    /// <summary>Meta-World's files, MuJoCo and off-screen rendering.</summary>
    public static void NeedsImages()
    {
        NeedsMetaWorld();
        global::MuJoCo.Tests.Machine.NeedsEgl();
    }
}
