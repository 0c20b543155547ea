using EvalCore.Assets;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>What a machine may lack: a test that needs it is skipped with the line that says so.</summary>
internal static class Machine
{
    /// <summary>Meta-World's files.</summary>
    public static void NeedsFiles() => Assert.SkipWhen(
        AssetStore.Default.Find(MetaWorldAssets.Set) is null,
        "Meta-World's files are not here: run 'evalcore assets fetch metaworld', or set EVALCORE_MIRROR");

    /// <summary>MuJoCo besides.</summary>
    public static void NeedsMetaWorld()
    {
        NeedsFiles();
        MuJoCo.Tests.Machine.NeedsMujoco();
    }

    /// <summary>Off-screen rendering besides.</summary>
    public static void NeedsPictures()
    {
        NeedsMetaWorld();
        MuJoCo.Tests.Machine.NeedsEgl();
    }
}
