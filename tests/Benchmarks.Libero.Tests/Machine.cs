namespace Benchmarks.Libero.Tests;

/// <summary>What a machine may lack: a test that needs it is skipped with the line that says so.</summary>
internal static class Machine
{
    /// <summary>LIBERO's and robosuite's files.</summary>
    public static void NeedsFiles() => Assert.SkipWhen(
        LiberoFiles.LiberoOrNull is null || LiberoFiles.RobosuiteOrNull is null,
        "LIBERO's files are not here: run 'evalcore assets fetch libero', or set EVALCORE_MIRROR");

    /// <summary>LIBERO's files and MuJoCo.</summary>
    public static void NeedsLibero()
    {
        NeedsFiles();
        global::MuJoCo.Tests.Machine.NeedsMujoco();
    }

    /// <summary>LIBERO's files, MuJoCo and off-screen rendering.</summary>
    public static void NeedsImages()
    {
        NeedsLibero();
        global::MuJoCo.Tests.Machine.NeedsEgl();
    }
}
