using System.Diagnostics;
using EvalCore.Build;

namespace EvalCore.Torch.Tests.Build;

/// <summary>How the build puts libtorch into output folders.</summary>
public sealed class FileLinksTests : IDisposable
{
    /// <summary>Another file system than that of temporary files, on most Linux systems.</summary>
    private const string OtherFileSystem = "/dev/shm";

    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-links-").FullName;

    private string Package => Path.Combine(_folder, "package", "libtorch.so");

    private string Shared => Path.Combine(_folder, "shared");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void Output_folders_have_links_to_the_file_of_the_package()
    {
        Write(Package, "libtorch");
        foreach (string output in (string[])["a", "b"])
        {
            FileLinks.Put(Package, Output(output), Shared);
            Assert.Equal(Inode(Package), Inode(Output(output)));
        }

        Assert.False(Directory.Exists(Shared));
        Assert.Equal(["libtorch.so"], Directory.GetFiles(Path.GetDirectoryName(Output("a"))!).Select(Path.GetFileName));
    }

    [Fact]
    public void Files_of_another_file_system_are_copied_once()
    {
        Assert.SkipUnless(Directory.Exists(OtherFileSystem), $"this machine has no {OtherFileSystem}");
        string package = Path.Combine(OtherFileSystem, $"evalcore-{Guid.NewGuid()}");
        try
        {
            Write(package, "libtorch");
        }
        catch (UnauthorizedAccessException)
        {
            Assert.Skip($"{OtherFileSystem} cannot be written");
        }

        try
        {
            FileLinks.Put(package, Output("a"), Shared);
            Assert.SkipWhen(Inode(package) == Inode(Output("a")), $"{OtherFileSystem} is the file system of temporary files");
            FileLinks.Put(package, Output("b"), Shared);
            Assert.Equal("libtorch", File.ReadAllText(Output("b")));
            Assert.Equal(Inode(Output("a")), Inode(Output("b")));
            Assert.Equal(Inode(Assert.Single(Directory.GetFiles(Shared, "*", SearchOption.AllDirectories))), Inode(Output("a")));

            // Without a shared folder, each has a copy.
            FileLinks.Put(package, Output("c"), "");
            Assert.Equal("libtorch", File.ReadAllText(Output("c")));
            Assert.NotEqual(Inode(Output("a")), Inode(Output("c")));
        }
        finally
        {
            File.Delete(package);
        }
    }

    [Fact]
    public void A_new_version_replaces_the_link_and_not_the_file_of_the_package()
    {
        Write(Package, "libtorch");
        FileLinks.Put(Package, Output("a"), Shared);
        string next = Path.Combine(_folder, "next", "libtorch.so");
        Write(next, "libtorch 2");
        FileLinks.Put(next, Output("a"), Shared);
        FileLinks.Put(next, Output("a"), Shared);
        Assert.Equal("libtorch 2", File.ReadAllText(Output("a")));
        Assert.Equal("libtorch", File.ReadAllText(Package));
        Assert.Equal(["libtorch.so"], Directory.GetFiles(Path.GetDirectoryName(Output("a"))!).Select(Path.GetFileName));
    }

    [Fact]
    public void Projects_that_are_built_side_by_side_do_not_disturb_each_other()
    {
        Write(Package, "libtorch");
        Parallel.For(0, 32, i => FileLinks.Put(Package, Output($"{i % 4}"), Shared));
        Assert.All(Enumerable.Range(0, 4), i => Assert.Equal("libtorch", File.ReadAllText(Output($"{i}"))));
        Assert.Equal(5, Directory.GetFiles(_folder, "*", SearchOption.AllDirectories).Length);
    }

    private string Output(string name) => Path.Combine(_folder, "bin", name, "runtimes", "libtorch.so");

    private static void Write(string file, string content)
    {
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        File.WriteAllText(file, content);
    }

    /// <summary>Which file a path is a name of: the device and the inode; on Windows nothing can be compared.</summary>
    private static string Inode(string file)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "inodes are Unix's");
        using var stat = Process.Start(new ProcessStartInfo("stat", ["-c", "%d %i", file]) { RedirectStandardOutput = true })!;
        return stat.StandardOutput.ReadToEnd();
    }
}
