using System.Formats.Tar;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Text;
using EvalCore.Assets;

namespace MuJoCo.Native;

/// <summary>
/// The archive of MuJoCo's release, from which the library is taken. The archive is verified by its own SHA-256, which is
/// published beside it; the library is not pinned, because builds of one version need not be equal in every byte.
/// </summary>
/// <param name="source">The archive's address; that of its SHA-256 ends with <c>.sha256</c> besides.</param>
/// <param name="silence">How long the server may send nothing.</param>
internal sealed class ReleaseArchive(Uri source, TimeSpan silence)
{
    private const long LargestArchive = 200_000_000;
    private const long LargestChecksum = 4096;

    /// <summary>The published library has 8 MB. Compressed zeros, of which an archive could have terabytes, are none.</summary>
    private const long LargestLibrary = 200_000_000;
    private const string Entry = "mujoco-" + Mujoco.RequiredVersion + "/lib/" + Library.FileName;

    /// <summary>
    /// Downloads and verifies the archive, and puts its library to a path. The file appears there complete or not at all:
    /// programs may do this side by side.
    /// </summary>
    /// <returns>The problem, in one line; null when the library is there.</returns>
    public string? Restore(string path)
    {
        string? part = null;
        try
        {
            string native = Path.GetDirectoryName(Path.GetDirectoryName(Path.GetDirectoryName(path)))!;
            part = Directory.CreateDirectory(Path.Combine(native, $"part-{Guid.NewGuid()}")).FullName;
            // Not on the caller's thread, whose synchronization context could wait for itself.
            (string archive, bool isVerified) = Task.Run(() => Fetch(part)).GetAwaiter().GetResult();
            string library = Path.Combine(part, Library.FileName);
            Extract(archive, library);
            if (!isVerified && MujocoLibrary.Hash(library) != MujocoLibrary.ReferenceSha256)
                return $"{source}: no SHA-256 is published beside it, and its {Library.FileName} is not the known one";
            if (Problem(library) is { } problem)
                return problem;
            Directory.CreateDirectory(Path.GetDirectoryName(path)!);
            File.Move(library, path, overwrite: true);
            return null;
        }
        catch (DownloadException e)
        {
            return $"{source} cannot be fetched ({e.Message}); put {Library.FileName} of the official release to {path}, or set EVALCORE_MIRROR";
        }
        catch (InvalidDataException)
        {
            return $"{source} is not a gzip-compressed tar archive";
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            return $"{Path.GetDirectoryName(path)} cannot be written: set EVALCORE_CACHE to a folder that can be written";
        }
        finally
        {
            try
            {
                if (part is not null)
                    Directory.Delete(part, recursive: true);
            }
            catch (Exception e) when (e is IOException or UnauthorizedAccessException)
            {
                // Only disk space is lost.
            }
        }
    }

    /// <summary>Downloads the archive, and compares it with its checksum where one is published.</summary>
    private async Task<(string Archive, bool IsVerified)> Fetch(string folder)
    {
        string archive = Path.Combine(folder, "release.tar.gz"), checksum = archive + ".sha256";
        using var client = HttpDownload.NewClient();
        await Download(client, source, archive, LargestArchive).ConfigureAwait(false);
        try
        {
            await Download(client, new Uri(source.AbsoluteUri + ".sha256"), checksum, LargestChecksum).ConfigureAwait(false);
        }
        catch (DownloadException e) when (e.Kind == DownloadFailure.Refused)
        {
            return (archive, false);
        }

        // As sha256sum prints it: 64 digits, and the name of the file.
        string published = File.ReadAllText(checksum, Encoding.Latin1).Trim().Split(' ', '\t', '\n')[0];
        return MujocoLibrary.Hash(archive).Equals(published, StringComparison.OrdinalIgnoreCase)
            ? (archive, true)
            : throw new DownloadException("its SHA-256 is not the one that is published beside it", DownloadFailure.Broken);
    }

    private async Task Download(HttpClient client, Uri address, string path, long maxBytes)
    {
        using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        await HttpDownload.Append(client, address, file, maxBytes, silence, _ => { }).ConfigureAwait(false);
    }

    private static void Extract(string archive, string library)
    {
        using var file = File.OpenRead(archive);
        using var tar = new TarReader(new GZipStream(file, CompressionMode.Decompress));
        while (tar.GetNextEntry() is { } entry)
        {
            if (entry.Name.TrimStart('.', '/') == Entry && entry.DataStream is { } content)
            {
                if (entry.Length > LargestLibrary)
                    throw new DownloadException($"its {Library.FileName} has {entry.Length} bytes, more than {LargestLibrary}", DownloadFailure.Refused);
                using var output = new FileStream(library, FileMode.CreateNew, FileAccess.Write, FileShare.None);
                content.CopyTo(output);
                return;
            }
        }

        throw new DownloadException($"it has no {Entry}", DownloadFailure.Refused);
    }

    /// <summary>The problem with the archive's library; null when it can be used.</summary>
    private string? Problem(string library)
    {
        if (!LibraryFile.TryLoad(library, out nint handle))
            return $"{source}: its {Library.FileName} cannot be loaded on this machine";
        try
        {
            return Library.ProblemOf(source.AbsoluteUri, handle);
        }
        finally
        {
            NativeLibrary.Free(handle);
        }
    }
}
