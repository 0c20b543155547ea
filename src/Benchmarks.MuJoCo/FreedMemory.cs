using System.Runtime.InteropServices;

namespace Benchmarks.MuJoCo;

/// <summary>
/// Memory that was freed and that the C library keeps. After large models were compiled on several threads, glibc keeps as much
/// again as the models take; a run of many tasks would grow with each.
/// </summary>
internal static partial class FreedMemory
{
    /// <summary>Returns it to the system, where the C library can.</summary>
    public static void Return()
    {
        if (!OperatingSystem.IsLinux())
            return;
        try
        {
            _ = Trim(0);
        }
        catch (EntryPointNotFoundException)
        {
            // Not glibc: musl returns memory on its own.
        }
    }

    [LibraryImport("libc", EntryPoint = "malloc_trim")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Trim(nuint pad);
}
