using System.Text;
using System.Text.Json;
using EvalCore.Files;

namespace EvalCore.Hub;

/// <summary>
/// The cache of Hugging Face's tools (huggingface_hub 1.x), in which each finds what another has downloaded:
/// <c>models--owner--name</c> has <c>blobs/</c>, the contents by their ETags; <c>snapshots/COMMIT/</c>, links to them by the
/// files' names; <c>refs/</c>, the commit that a branch or tag had; <c>trees/COMMIT.json</c>, the list of a commit's files.
/// </summary>
/// <param name="root">The folder.</param>
internal sealed class HubCache(string root)
{
    private const UnixFileMode LockMode =
        UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.GroupRead | UnixFileMode.GroupWrite | UnixFileMode.OtherRead;

    private const int TreeVersion = 1;
    private const int LongestRef = 200;

    /// <summary>The folder.</summary>
    public string Root => root;

    /// <summary>The folder of a commit's files, whether it is there or not.</summary>
    public string Snapshot(string id, string commit) => Path.Combine(Model(id), "snapshots", commit);

    /// <summary>The content with an ETag, whether it is there or not.</summary>
    public string Blob(string id, string etag) => Path.Combine(Model(id), "blobs", etag);

    /// <summary>The commit that a revision had when it was last downloaded; null where it is not here.</summary>
    public string? Commit(HubRepository repository)
    {
        if (repository.IsCommit)
            return HasSnapshot(repository.Revision!) ? repository.Revision : null;
        if (Remembered(repository) is { } commit && HasSnapshot(commit))
            return commit;
        try
        {
            // A folder that was copied may have no refs.
            string snapshots = Path.Combine(Model(repository.Id), "snapshots");
            return repository.Revision is null && Directory.Exists(snapshots) && Directory.GetDirectories(snapshots) is [var only]
                && Path.GetFileName(only) is var name && HubRepository.IsCommitHash(name) ? name : null;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return null;
        }

        bool HasSnapshot(string commit) => Directory.Exists(Snapshot(repository.Id, commit));
    }

    /// <summary>Records the commit of a branch or tag. A cache that cannot be written stays as it is.</summary>
    public void Remember(HubRepository repository, string commit)
    {
        if (!repository.IsCommit && Remembered(repository) != commit)
            TryReplace(Ref(repository), stream => stream.Write(Encoding.ASCII.GetBytes(commit)));
    }

    /// <summary>The list of a commit's files; null where it is not here or cannot be read.</summary>
    public IReadOnlyList<HubFile>? Tree(string id, string commit)
    {
        try
        {
            string file = TreeFile(id, commit);
            if (!File.Exists(file))
                return null;
            using var stream = InputFile.Open(file);
            return HubFiles.OfTree(stream, TreeVersion);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e) || e is InvalidDataException)
        {
            return null;
        }
    }

    /// <summary>Keeps the list of a commit's files. A cache that cannot be written stays as it is.</summary>
    public void KeepTree(string id, string commit, IReadOnlyList<HubFile> files)
    {
        if (Tree(id, commit) is null)
            TryReplace(TreeFile(id, commit), stream => JsonSerializer.Serialize(stream, HubFiles.ToTree(files, TreeVersion)));
    }

    /// <summary>
    /// Takes the lock of a content, which Hugging Face's tools take as well; null while another process has it.
    /// </summary>
    public FileStream? TryLock(string id, string etag)
    {
        string file = LockFile(id, etag);
        Directory.CreateDirectory(Path.GetDirectoryName(file)!);
        var options = new FileStreamOptions { Mode = FileMode.OpenOrCreate, Access = FileAccess.ReadWrite, Share = FileShare.None };
        if (!OperatingSystem.IsWindows())
            options.UnixCreateMode = LockMode;
        try
        {
            return new FileStream(file, options);
        }
        catch (IOException e) when (IsHeldByAnother(e))
        {
            return null;
        }
    }

    /// <summary>The file that is locked.</summary>
    public string LockFile(string id, string etag) => Path.Combine(root, ".locks", FolderName(id), $"{etag}.lock");

    /// <summary>How many bytes of a content have arrived, whichever process fetches it.</summary>
    public long Arrived(string id, string etag)
    {
        try
        {
            return new DirectoryInfo(Path.Combine(Model(id), "blobs")).EnumerateFiles($"{etag}*").Max(file => file.Length);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e) || e is InvalidOperationException)
        {
            return 0;
        }
    }

    /// <summary>Gives a content the name of a file: a relative link, so that the cache can be moved.</summary>
    public void Link(string id, string commit, HubFile file)
    {
        string blob = Blob(id, file.ETag), link = Path.Combine(Snapshot(id, commit), Path.Combine(file.Path.Split('/')));
        string folder = Path.GetDirectoryName(link)!;
        Directory.CreateDirectory(folder);
        if (File.Exists(link))
            return;

        // A link to a content that is gone.
        File.Delete(link);
        try
        {
            File.CreateSymbolicLink(link, Path.GetRelativePath(folder, blob));
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // Another process has made it meanwhile, or this file system has no links: there the file itself has the name.
            if (!File.Exists(link))
                File.Copy(blob, link);
        }
    }

    private static string FolderName(string id) => "models--" + id.Replace("/", "--", StringComparison.Ordinal);

    /// <summary>The commit that a branch or tag had; null where none is recorded.</summary>
    private string? Remembered(HubRepository repository)
    {
        try
        {
            string file = Ref(repository);
            return File.Exists(file) && new FileInfo(file).Length <= LongestRef && File.ReadAllText(file).Trim() is var commit && HubRepository.IsCommitHash(commit)
                ? commit
                : null;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return null;
        }
    }

    /// <summary>Writes a file that no reader sees half written.</summary>
    private static void TryReplace(string file, Action<Stream> write)
    {
        string part = $"{file}.{Guid.NewGuid():N}.tmp";
        try
        {
            Directory.CreateDirectory(Path.GetDirectoryName(file)!);
            using (var stream = new FileStream(part, FileMode.CreateNew, FileAccess.Write))
                write(stream);
            File.Move(part, file, overwrite: true);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            TryDelete(part);
        }
    }

    private static void TryDelete(string file)
    {
        try
        {
            File.Delete(file);
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            // It was not made, or stays.
        }
    }

    /// <summary>Whether a file is locked by another process: <c>EWOULDBLOCK</c> (Linux, macOS), <c>ERROR_SHARING_VIOLATION</c>.</summary>
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private string Model(string id) => Path.Combine(root, FolderName(id));

    private string Ref(HubRepository repository) =>
        Path.Combine(Model(repository.Id), "refs", Path.Combine((repository.Revision ?? HubFiles.MainBranch).Split('/')));

    private string TreeFile(string id, string commit) => Path.Combine(Model(id), "trees", $"{commit}.json");
}
