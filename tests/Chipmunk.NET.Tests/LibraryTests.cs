using System.Diagnostics;
using System.Runtime.Versioning;

namespace Chipmunk.Tests;

/// <summary>
/// Finding, fetching and loading the native library. A process loads it only once, so each case starts this test
/// program again, with the environment variables of the case, and runs one test in it.
/// </summary>
[UnsupportedOSPlatform("windows")]
public sealed class LibraryTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-chipmunk-").FullName;

    private string CachePath => Path.Combine(_folder, "cache", "native", "chipmunk-7.0.3", "libchipmunk.so.7");

    [Fact]
    public void Find_returns_the_path_and_the_version()
    {
        var status = ChipmunkLibrary.Find();
        Assert.Null(status.Problem);
        Assert.Equal("7.0.3", status.Version);
        Assert.True(File.Exists(status.Path));
    }

    [Fact]
    public void The_message_for_a_missing_library_states_how_to_install_it()
    {
        string output = Child(typeof(SpaceTests), nameof(SpaceTests.A_body_falls_under_gravity), [], fails: true);
        Assert.Contains($"Chipmunk 7.0.3 (libchipmunk.so.7) is neither installed on the system nor at {CachePath}: install it with 'apt-get install libchipmunk7'", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_copies_the_library_from_the_mirror_to_the_cache()
    {
        string mirrored = Path.Combine(_folder, "mirror", "native", "chipmunk-7.0.3", "libchipmunk.so.7");
        Directory.CreateDirectory(Path.GetDirectoryName(mirrored)!);
        File.Copy(ChipmunkLibrary.Find().Path!, mirrored);
        string output = Child(typeof(LibraryTests), nameof(A_restored_library_steps_a_space), new() { ["EVALCORE_MIRROR"] = Path.Combine(_folder, "mirror") });
        Assert.Contains($"7.0.3 at {CachePath}, problem: none", output, StringComparison.Ordinal);
        Assert.Equal(["libchipmunk.so.7"], Directory.EnumerateFileSystemEntries(Path.GetDirectoryName(CachePath)!).Select(Path.GetFileName));
    }

    [Fact]
    public void A_cache_that_cannot_be_written_is_passed_over_for_the_mirror()
    {
        string mirrored = Path.Combine(_folder, "mirror", "native", "chipmunk-7.0.3", "libchipmunk.so.7");
        Directory.CreateDirectory(Path.GetDirectoryName(mirrored)!);
        File.Copy(ChipmunkLibrary.Find().Path!, mirrored);
        string output = Child(
            typeof(LibraryTests), nameof(A_restored_library_steps_a_space),
            new() { ["EVALCORE_MIRROR"] = Path.Combine(_folder, "mirror"), ["EVALCORE_CACHE"] = "/proc/evalcore" });
        Assert.Contains($"7.0.3 at {mirrored}, problem: none", output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/proc/evalcore", "/proc/evalcore/native/chipmunk-7.0.3 cannot be written: set EVALCORE_CACHE to a folder that can be written")]
    [InlineData("cache", "EVALCORE_CACHE: 'cache' is a relative path; set it to an absolute path")]
    public void A_cache_that_cannot_be_used_is_reported_with_the_way_out(string cache, string line)
    {
        string output = Child(typeof(LibraryTests), nameof(A_restored_library_steps_a_space), new() { ["EVALCORE_CACHE"] = cache }, fails: true);
        Assert.Contains($"and fetching it failed: {line}", output, StringComparison.Ordinal);
    }

    [Fact]
    public void Restore_extracts_the_library_from_the_distributions_package()
    {
        // A fake apt-get, which "downloads" a package with one file, and a fake dpkg-deb, which unpacks it.
        string package = Directory.CreateDirectory(Path.Combine(_folder, "package", "usr", "lib")).FullName;
        File.Copy(ChipmunkLibrary.Find().Path!, Path.Combine(package, "libchipmunk.so.7.0.3"));
        string tools = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        Script(Path.Combine(tools, "apt-get"), """
            for word; do last=$word; done
            [ "$last" = libchipmunk7 ] && : > libchipmunk7_7.0.3-5_amd64.deb
            """);
        Script(Path.Combine(tools, "dpkg-deb"), $"cp -r '{Path.Combine(_folder, "package")}/.' \"$3\"");
        string output = Child(typeof(LibraryTests), nameof(A_restored_library_steps_a_space), new() { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" });
        Assert.Contains($"7.0.3 at {CachePath}, problem: none", output, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_fetch_is_reported_in_one_line_and_not_retried_at_once()
    {
        string tools = Directory.CreateDirectory(Path.Combine(_folder, "bin")).FullName;
        Script(Path.Combine(tools, "apt-get"), $"echo again >> '{_folder}/attempts'; echo 'E: no network'; exit 100");
        var environment = new Dictionary<string, string> { ["PATH"] = $"{tools}:{Environment.GetEnvironmentVariable("PATH")}" };
        string line = "and fetching it failed: apt-get cannot fetch the package libchipmunk7 (no network)";
        Assert.Contains(line, Child(typeof(LibraryTests), nameof(A_restored_library_steps_a_space), environment, fails: true), StringComparison.Ordinal);
        int attempts = File.ReadAllLines(Path.Combine(_folder, "attempts")).Length;
        Assert.Contains(line, Child(typeof(LibraryTests), nameof(A_restored_library_steps_a_space), environment, fails: true), StringComparison.Ordinal);
        Assert.Equal(attempts, File.ReadAllLines(Path.Combine(_folder, "attempts")).Length);
    }

    [Fact]
    public void A_restored_library_steps_a_space()
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
