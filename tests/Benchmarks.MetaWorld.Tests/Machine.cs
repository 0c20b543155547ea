using EvalCore.Assets;
using MuJoCo;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>What a machine may lack: a test that needs it is skipped with the line that says so.</summary>
internal static class Machine
{
    /// <summary>Meta-World's files and MuJoCo.</summary>
    public static void NeedsMetaWorld()
    {
        Assert.SkipWhen(
            AssetStore.Default.Find(MetaWorldAssets.Set) is null,
            "Meta-World's files are not here: run 'evalcore assets fetch metaworld', or set EVALCORE_MIRROR");
        Needs(() => Mujoco.Version);
    }

    /// <summary>Off-screen rendering besides.</summary>
    public static void NeedsPictures()
    {
        NeedsMetaWorld();
        Needs(() => Renderer.Device);
    }

    private static void Needs(Func<string> thing)
    {
        try
        {
            thing();
        }
        catch (MujocoException e)
        {
            Assert.Skip(e.Message);
        }
    }
}
