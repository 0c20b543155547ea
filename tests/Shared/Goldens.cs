using System.Runtime.CompilerServices;
using Safetensors;

namespace EvalCore.Tests;

/// <summary>
/// The reference data recorded from the Python peers. A part is in <c>tests/goldens</c>. The rest is read from the
/// folder that <c>EVALCORE_MIRROR</c> names; without it, a test that needs the rest is skipped.
/// </summary>
internal static class Goldens
{
    /// <summary>The repository's root: the folder of the solution.</summary>
    public static string Root { get; } = FindRoot();

    /// <summary>
    /// Makes a relative <c>EVALCORE_MIRROR</c> absolute, from the repository's root. The working folder then does not
    /// matter, for the code under test and for the programs that tests start.
    /// </summary>
    [ModuleInitializer]
    internal static void MakeMirrorAbsolute()
    {
        if (Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { Length: > 0 } mirror)
            Environment.SetEnvironmentVariable("EVALCORE_MIRROR", Path.GetFullPath(mirror, Root));
    }

    /// <summary>The path of a file or folder of the reference data, for example <c>pusht/resets.safetensors</c>.</summary>
    public static string Find(string path) => Find("goldens", Path.Combine(Root, "tests", "goldens"), path);

    /// <summary>The path of a trained checkpoint.</summary>
    public static string Checkpoint(string name) => Find("checkpoints", Path.Combine(Root, "checkpoints"), name);

    /// <summary>The path of a file or folder of the benchmarks' own files, for example <c>metaworld</c>.</summary>
    public static string Asset(string path) => Find("assets", Path.Combine(Root, "assets"), path);

    /// <summary>The path of a file that describes or is a native library.</summary>
    public static string Native(string path) => Find("native", Path.Combine(Root, "native"), path);

    /// <summary>Opens a safetensors file of the reference data.</summary>
    public static SafetensorsFile Open(string path) => SafetensorsFile.Open(Find(path));

    private static string Find(string folder, string own, string path)
    {
        string here = Path.Combine(own, path);
        if (Path.Exists(here))
            return here;
        string? mirror = Environment.GetEnvironmentVariable("EVALCORE_MIRROR");
        if (string.IsNullOrEmpty(mirror))
            Assert.Skip($"{folder}/{path} is not in the repository and EVALCORE_MIRROR is not set");
        string there = Path.Combine(mirror, folder, path);
        return Path.Exists(there) ? there : throw new FileNotFoundException($"EVALCORE_MIRROR has no {folder}/{path}", there);
    }

    private static string FindRoot()
    {
        string? folder = AppContext.BaseDirectory;
        while (folder is not null && !File.Exists(Path.Combine(folder, "Benchmarks.sln")))
            folder = Path.GetDirectoryName(folder);
        return folder ?? throw new DirectoryNotFoundException("no folder above the tests contains Benchmarks.sln");
    }
}
