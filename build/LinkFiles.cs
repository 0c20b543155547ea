#nullable enable

using System;
using System.IO;
using System.Runtime.InteropServices;
using System.Text;

namespace EvalCore.Build;

/// <summary>
/// Puts large files, which nothing writes to, into output folders without another copy on the disk.
/// </summary>
public static class FileLinks
{
    /// <summary>
    /// Makes a hard link to a file; where that is not possible (another file system, another owner) a link to a copy that all
    /// output folders share, and where that is not possible either, a copy.
    /// </summary>
    /// <param name="source">The file; not changed.</param>
    /// <param name="destination">The path of the link. A file that is there is replaced, unless it is the same.</param>
    /// <param name="shared">The folder of the shared copies; empty where there is none.</param>
    /// <exception cref="IOException">The destination cannot be written.</exception>
    public static void Put(string source, string destination, string shared)
    {
        if (AreEqual(source, destination))
            return;
        Directory.CreateDirectory(Path.GetDirectoryName(destination)!);
        if (!TryLink(source, destination) && (shared.Length == 0 || !TryLink(SharedCopy(source, shared), destination)))
            Copy(source, destination);
    }

    /// <summary>The copy of a file in the shared folder, named by the file's length and time: a new version is another copy.</summary>
    private static string SharedCopy(string source, string shared)
    {
        var info = new FileInfo(source);
        string copy = Path.Combine(Path.GetFullPath(shared), $"{info.Length:x}-{info.LastWriteTimeUtc.Ticks:x}", info.Name);
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
        bool linked = RuntimeInformation.IsOSPlatform(OSPlatform.Windows) ? CreateHardLinkW(part, source, IntPtr.Zero) : link(Utf8(source), Utf8(part)) == 0;
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

    private static byte[] Utf8(string text) => Encoding.UTF8.GetBytes(text + '\0');

    [DllImport("libc")]
    private static extern int link(byte[] source, byte[] destination);

    [DllImport("kernel32", CharSet = CharSet.Unicode)]
    [return: MarshalAs(UnmanagedType.Bool)]
    private static extern bool CreateHardLinkW(string destination, string source, IntPtr attributes);
}

#if !WITHOUT_MSBUILD
/// <summary>The MSBuild task that calls <see cref="FileLinks.Put"/> for each file.</summary>
public class LinkFiles : Microsoft.Build.Utilities.Task
{
    /// <summary>The files.</summary>
    [Microsoft.Build.Framework.Required]
    public Microsoft.Build.Framework.ITaskItem[] Sources { get; set; } = Array.Empty<Microsoft.Build.Framework.ITaskItem>();

    /// <summary>The path of each in the output folder.</summary>
    [Microsoft.Build.Framework.Required]
    public Microsoft.Build.Framework.ITaskItem[] Destinations { get; set; } = Array.Empty<Microsoft.Build.Framework.ITaskItem>();

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
                FileLinks.Put(source, destination, Shared);
            }
            catch (Exception e) when (e is IOException || e is UnauthorizedAccessException)
            {
                Log.LogError("{0} cannot be put to {1}: {2}", source, destination, e.Message);
            }
        }

        return !Log.HasLoggedErrors;
    }
}
#endif
