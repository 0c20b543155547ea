using System.Diagnostics;
using System.Runtime.Versioning;

namespace Chipmunk.Tests;

/// <summary>
/// Finding, fetching and loading the native library. A process loads it once, so each case is a process of its own:
/// this test program again, with the environment of the case, running one test.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class LibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-chipmunk-").FullName;

    private string CachePath => Path.Combine(_folder, "cache", "native", "chipmunk-7.0.3", "libchipmunk.so.7");

    [Fact]
    public void The_library_tells_where_it_is_and_its_version()
    {
        var status = ChipmunkLibrary.Find();
        Assert.Null(status.Problem);
        Assert.Equal("7.0.3", status.Version);
        Assert.True(File.Exists(status.Path));
    }

    [Fact]
    public void Where_there_is_no_library_the_line_says_what_to_do()
    {
        string output = Child(typeof(SpaceTests), nameof(SpaceTests.A_body_falls_as_gravity_says), [], fails: true);
        Assert.Contains($"Chipmunk 7.0.3 (libchipmunk.so.7) is neither a system library nor at {CachePath}: install it with 'apt-get install libchipmunk7'", output, StringComparison.Ordinal);
    }

    [Fact]
    public void The_library_is_taken_from_the_mirror_into_the_cache()
    {
        string mirrored = Path.Combine(_folder, "mirror", "native", "chipmunk-7.0.3", "libchipmunk.so.7");
        Directory.CreateDirectory(Path.GetDirectoryName(mirrored)!);
        File.Copy(ChipmunkLibrary.Find().Path!, mirrored);
        string output = Child(typeof(LibraryTests), nameof(What_is_restored_simulates), new() { ["EVALCORE_MIRROR"] = Path.Combine(_folder, "mirror") });
        Assert.Contains($"7.0.3 at {CachePath}, problem: none", output, StringComparison.Ordinal);
        Assert.Equal(["libchipmunk.so.7"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(CachePath)!).Select(Path.GetFileName));
    }

    [Fact]
    public void The_library_is_taken_out_of_the_distributions_package()
    {
        // An apt-get that delivers a package of one file, as the real one does with a network.
        string package = Directory.CreateDirectory(Path.Combine(_folder, "package", "usr", "lib")).FullName;
        File.Copy(ChipmunkLibrary.Find().Path!, Path.Combine(package, "libchipmunk.so.7.0.3"));
        string tools = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        Script(Path.Combine(tools, "apt-get"), """
            for word; do last=$word; done
            [ "$last" = libchipmunk7 ] && : > libchipmunk7_7.0.3-5_amd64.deb
            """);
        Script(Path.Combine(tools, "dpkg-deb"), $"cp -r '{Path.Combine(_folder, "package")}/.' \"$3\"");
        string output = Child(typeof(LibraryTests), nameof(What_is_restored_simulates), new() { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" });
        Assert.Contains($"7.0.3 at {CachePath}, problem: none", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_fetch_that_fails_says_why_in_one_line_and_is_not_repeated_at_once()
    {
        string tools = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        Script(Path.Combine(tools, "apt-get"), $"echo again >> '{_folder}/attempts'; echo 'E: no network'; exit 100");
        var environment = new Dictionary<string, string> { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" };
        string line = "and cannot be fetched: apt-get cannot fetch the package libchipmunk7 (no network)";
        Assert.Contains(line, Child(typeof(LibraryTests), nameof(What_is_restored_simulates), environment, fails: true), StringComparison.Ordinal);
        int attempts = File.ReadAllLines(Path.Combine(_folder, "attempts")).Length;
        Assert.Contains(line, Child(typeof(LibraryTests), nameof(What_is_restored_simulates), environment, fails: true), StringComparison.Ordinal);
        Assert.Equal(attempts, File.ReadAllLines(Path.Combine(_folder, "attempts")).Length);
    }

    [Fact]
    public void What_is_restored_simulates()
    {
        var status = ChipmunkLibrary.Restore();
        Console.WriteLine($"{status.Version} at {status.Path}, problem: {status.Problem ?? "none"}");
        using var space = new Space();
        space.Step(0.01);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static void Script(string path, string text)
    {
        File.WriteAllText(path, $"#!/bin/sh\n{text}\n");
        File.SetUnixFileMode(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
    }

    private string Child(Type test, string method, Dictionary<string, string> environment, bool fails = false)
    {
        var start = new ProcessStartInfo(Environment.ProcessPath!) { RedirectStandardOutput = true };
        if (Path.GetFileNameWithoutExtension(start.FileName) == "dotnet")
            start.ArgumentList.Add(typeof(LibraryTests).Assembly.Location);
        foreach (string argument in (string[])["-method", $"{test.FullName}.{method}"])
            start.ArgumentList.Add(argument);
        start.Environment.Remove("EVALCORE_MIRROR");
        start.Environment["EVALCORE_CACHE"] = Path.Combine(_folder, "cache");
        start.Environment["EVALCORE_IGNORE_SYSTEM_LIBRARIES"] = "1";
        foreach (var (name, value) in environment)
            start.Environment[name] = value;
        using var process = Process.Start(start)!;
        string output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        Assert.True(process.ExitCode == 0 != fails, output);
        return output;
    }
}
