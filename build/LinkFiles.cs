#nullable enable

using System;
using System.IO;
using System.Runtime.InteropServices;
using Microsoft.Build.Framework;

namespace EvalCore.Build;

/// <summary>
/// The MSBuild task that puts large files, which nothing writes to, into an output folder without another copy on the disk:
/// as hard links to the package's files, or, where the packages are in another file system or belong to another user, to one
/// copy that all projects of a repository share. Where files cannot be linked at all they are copied.
/// </summary>
public class LinkFiles : Microsoft.Build.Utilities.Task
{
    /// <summary>The files.</summary>
    [Required]
    public ITaskItem[] Sources { get; set; } = Array.Empty<ITaskItem>();

    /// <summary>The path of each in the output folder.</summary>
    [Required]
    public ITaskItem[] Destinations { get; set; } = Array.Empty<ITaskItem>();

    /// <summary>The folder of the shared copies; empty where there is none.</summary>
    public string Shared { get; set; } = "";

    /// <inheritdoc/>
    public override bool Execute()
    {
        for (int i = 0; i < Sources.Length; i++)
        {
            string source = Sources[i].GetMetadata("FullPath"), destination = Destinations[i].GetMetadata("FullPath");
            try
            {
                if (AreEqual(source, destination))
                    continue;
                Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
                if (TryLink(source, destination))
                    continue;
                if (Shared.Length > 0 && TryLink(SharedCopy(source), destination))
                    continue;
                Copy(source, destination);
            }
            catch (Exception e) when (e is IOException || e is UnauthorizedAccessException)
            {
                Log.LogError("{0} cannot be put to {1}: {2}", source, destination, e.Message);
            }
        }

        return !Log.HasLoggedErrors;
    }

    /// <summary>The copy of a file in the shared folder, named by the file's length and time: a new version is another copy.</summary>
    private string SharedCopy(string source)
    {
        var info = new FileInfo(source);
        string copy = Path.Combine(Path.GetFullPath(Shared), $"{info.Length:x}-{info.LastWriteTimeUtc.Ticks:x}", info.Name);
        if (!AreEqual(source, copy))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            Copy(source, copy);
        }

        return copy;
    }

    private static bool AreEqual(string source, string other)
    {
        FileInfo one = new(source), two = new(other);
        return two.Exists && one.Length == two.Length && one.LastWriteTimeUtc == two.LastWriteTimeUtc;
    }

    /// <summary>Copies a file, with its time. It appears complete or not at all: projects are built side by side.</summary>
    private static void Copy(string source, string destination)
    {
        string part = $"{destination}.{Guid.NewGuid():N}";
        try
        {
            File.Copy(source, part);
            File.SetLastWriteTimeUtc(part, File.GetLastWriteTimeUtc(source));
            Replace(part, destination);
        }
        finally
        {
            File.Delete(part);
        }
    }

    private static bool TryLink(string source, string destination)
    {
        string part = $"{destination}.{Guid.NewGuid():N}";
        bool linked = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? CreateHardLinkW(part, source, IntPtr.Zero) : link(source, part) == 0;
        if (!linked)
            return false;
        try
        {
            Replace(part, destination);
            return true;
        }
        finally
        {
            // Renaming a file to a link of the same file leaves both.
            File.Delete(part);
        }
    }

    private static void Replace(string part, string destination)
    {
        if (File.Exists(destination))
            File.Delete(destination);
        try
        {
            File.Move(part, destination);
        }
        catch (IOException) when (File.Exists(destination))
        {
            // Another project has put it there.
        }
    }

    [DllImport("libc", SetLastError = true)]
    private static extern int link([MarshalAs(UnmanagedType.LPStr)] string source, [MarshalAs(UnmanagedType.LPStr)] string destination);

    [DllImport("kernel32", SetLastError = true, CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLinkW(string destination, string source, IntPtr attributes);
}
