using System.Diagnostics;
using System.Security.Cryptography;
using MuJoCo;
using MuJoCo.Tests;

namespace Benchmarks.MuJoCo.Tests;

/// <summary>
/// A library that is not the one of the reference data. A process loads one library, so each case starts this test program
/// again with the environment variables of the case, and runs one test in it.
/// </summary>
public sealed class EngineTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-engine-").FullName;

    private string HashOfOther => Convert.ToHexStringLower(SHA256.HashData(File.ReadAllBytes(Other)));

    private string Other => Path.Combine(_folder, "libmujoco.so.3.8.1");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void An_unknown_library_is_used_and_tested_once()
    {
        LinkAgain();
        string[] lines = Child();
        Assert.Equal(["version mujoco=3.8.1", $"library {HashOfOther}"], lines.Where(line => line.StartsWith("version", StringComparison.Ordinal) || line.StartsWith("library", StringComparison.Ordinal)));
        Assert.Contains($"doctor 3.8.1, {Other}, unknown SHA-256 {HashOfOther}, rounds as the library of the reference data", lines);
        Assert.Equal(SelfTest.Expected, File.ReadAllText(Kept()).Trim());
    }

    [Fact]
    public void A_library_that_rounds_differently_is_named_in_the_identity_and_gives_one_note()
    {
        LinkAgain();
        Child();
        // What the test would have kept for a library that gives other states.
        File.WriteAllText(Kept(), new string('0', 64));
        string[] lines = Child();
        string hash = HashOfOther;
        Assert.Equal(["version mujoco=3.8.1", $"version mujoco_library={hash}"], lines.Where(line => line.StartsWith("version", StringComparison.Ordinal)));
        Assert.Equal(
            [$"note {Other} is MuJoCo 3.8.1, but rounds differently than the library of the reference data: results are merged only with results of the same file"],
            lines.Where(line => line.StartsWith("note", StringComparison.Ordinal)));
        Assert.Contains($"doctor 3.8.1, {Other}, unknown SHA-256 {hash}, rounds differently than the library of the reference data", lines);
    }

    [Fact]
    public void The_engine_describes_itself()
    {
        Machine.NeedsMujoco();
        // The test runner's colours end on a line of their own.
        Console.WriteLine();
        foreach (var (name, value) in MujocoEngine.Versions)
            Console.WriteLine($"version {name}={value}");
        foreach (string note in MujocoEngine.Notes)
            Console.WriteLine($"note {note}");
        Console.WriteLine($"library {MujocoEngine.LibrarySha256}");
        Console.WriteLine($"doctor {MujocoEngine.Describe()}");
    }

    /// <summary>Another build of the same version: with trailing bytes, which the loader ignores.</summary>
    private void LinkAgain()
    {
        Machine.NeedsMujoco();
        File.WriteAllBytes(Other, [.. File.ReadAllBytes(Mujoco.LibraryPath), .. "linked again"u8]);
    }

    private string Kept() => Assert.Single(Directory.GetFiles(Path.Combine(_folder, "cache", "native", "mujoco-3.8.1-selftest")));

    private string[] Child()
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(EngineTests).Assembly.Location);
        foreach (string argument in (string[])["-method", $"{typeof(EngineTests).FullName}.{nameof(The_engine_describes_itself)}"])
            start.ArgumentList.Add(argument);
        start.Environment["MUJOCO_LIBRARY"] = Other;
        start.Environment["EVALCORE_CACHE"] = Path.Combine(_folder, "cache");
        start.Environment.Remove("MUJOCO_GL");
        start.Environment.Remove("PYOPENGL_PLATFORM");
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0, output);
        return output.Split('\n');
    }
}
