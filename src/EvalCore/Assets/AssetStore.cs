using System.Diagnostics;
using System.Security.Cryptography;
using EvalCore.Diagnostics;
using EvalCore.Files;

namespace EvalCore.Assets;

/// <summary>
/// Finds the files of benchmarks on this machine: in the cache, else in the folder that <c>EVALCORE_MIRROR</c> names.
/// Files in neither are downloaded from their authors' release into the cache.
/// </summary>
/// <param name="cache">The cache's folder.</param>
/// <param name="mirror">The mirror's folder, or null.</param>
public sealed class AssetStore(string cache, string? mirror)
{
    private const int Parallel = 8;
    private const int Attempts = 6;

    /// <summary>The file name extension of an incomplete download.</summary>
    private const string Part = ".part";

    private static readonly HttpClient Http = HttpDownload.NewClient();

    /// <summary>The store that the environment variables describe.</summary>
    public static AssetStore Default => new(CacheFolder, MirrorFolder);

    /// <summary>
    /// <c>EVALCORE_CACHE</c>, else <c>evalcore</c> in <c>XDG_CACHE_HOME</c>, else <c>~/.cache/evalcore</c>.
    /// </summary>
    /// <exception cref="EvalCoreException"><c>EVALCORE_CACHE</c> is a relative path.</exception>
    public static string CacheFolder
    {
        get
        {
            string folder = UserCache.Find(Environment.GetEnvironmentVariable, out string? problem);
            return problem is null ? folder : throw new EvalCoreException(problem);
        }
    }

    /// <summary>The check of the cache that <c>evalcore doctor</c> makes.</summary>
    public static Check CacheCheck { get; } = new("cache", FindCache, Optional: true);

    /// <summary>The check of the mirror that <c>evalcore doctor</c> makes.</summary>
    public static Check MirrorCheck { get; } = new("mirror", FindMirror, Optional: true);

    /// <summary>The wait after the first failed attempt of a download; after attempt n it is n times as long.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How long a server, or another process that fetches the same set, may be silent.</summary>
    public TimeSpan Silence { get; init; } = HttpDownload.Silence;

    /// <summary>The check of a suite's files that <c>evalcore doctor</c> makes. Other suites work without them.</summary>
    /// <param name="name">The check's name, for example <c>Meta-World's model files</c>.</param>
    /// <param name="set">The files. Of a set with parts, one part is enough.</param>
    public static Check FilesCheck(string name, AssetSet set)
    {
        ArgumentNullException.ThrowIfNull(set);
        return new(name, () => FindFiles(Default, set), Optional: true) { Fix = $"evalcore assets fetch {set.Parts.FirstOrDefault(set.Name)}" };
    }

    /// <summary>Where a set, or the parts of it that are complete, are on this machine.</summary>
    /// <exception cref="EvalCoreException">Nothing is complete; the line says what to do.</exception>
    internal static string FindFiles(AssetStore store, AssetSet set)
    {
        if (store.Find(set) is { } whole)
            return whole;
        var parts = set.Parts.Select(set.Part).ToLookup(part => store.Find(part) is not null);
        string missing = string.Join(", ", parts[false].Select(part => $"{part.Name} {part.Bytes / 1e6:0} MB"));
        if (parts[true].FirstOrDefault() is { } here)
        {
            return $"{store.Find(here)} has {string.Join(", ", parts[true].Select(part => part.Name))}; the first evaluation that needs another part "
                + $"fetches it, or run 'evalcore assets fetch {parts[false].First().Name}' (missing: {missing})";
        }

        throw new EvalCoreException(set.Parts.Count == 0
            ? $"not here: the first evaluation fetches them ({set.Bytes / 1e6:0} MB), or run 'evalcore assets fetch {set.Name}'"
            : $"not here: the first evaluation fetches what its tasks need, or run 'evalcore assets fetch {set.Parts[0]}' for a part ({missing}), "
                + $"'evalcore assets fetch {set.Name}' for all ({set.Bytes / 1e6:0} MB)");
    }

    private static string FindCache()
    {
        string folder = CacheFolder;
        try
        {
            Folder.CheckWritable(Directory.CreateDirectory(folder).FullName);
            return folder;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw new EvalCoreException(
                $"{folder} cannot be written ({EvalCoreException.Reason(e)}): to fetch files, set EVALCORE_CACHE to a folder that can be written", e);
        }
    }

    private static string FindMirror()
    {
        string? folder = Environment.GetEnvironmentVariable("EVALCORE_MIRROR");
        if (string.IsNullOrEmpty(folder))
            return "EVALCORE_MIRROR is not set: assets are downloaded from their authors' releases";
        return Directory.Exists(folder)
            ? folder
            : throw new EvalCoreException($"EVALCORE_MIRROR: '{folder}' is not a folder; name an existing folder, or unset the variable");
    }

    private static string? MirrorFolder =>
        Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { Length: > 0 } mirror ? Path.GetFullPath(mirror) : null;

    /// <summary>The folder that a set is fetched into.</summary>
    public string CacheOf(AssetSet set) => Path.Combine(cache, "assets", set.Folder);

    /// <summary>The folder that has all files of a set with the expected lengths; null when there is none.</summary>
    public string? Find(AssetSet set) =>
        Folders(set).FirstOrDefault(folder => set.Files.All(file => HasLength(folder, file)));

    /// <summary>Whether any file of a set is on this machine.</summary>
    public bool HasAny(AssetSet set) => Folders(set).Any(folder => set.Files.Any(file => File.Exists(PathOf(folder, file))));

    /// <summary>Compares every file of a set with its expected length and SHA-256.</summary>
    /// <returns>A line for each missing or damaged file; empty when all files are intact.</returns>
    public IReadOnlyList<string> Verify(AssetSet set)
    {
        string folder = Find(set) ?? Folders(set).FirstOrDefault(Directory.Exists) ?? CacheOf(set);
        return [.. set.Files.AsParallel().AsOrdered().Select(file => Problem(folder, file)).OfType<string>()];
    }

    /// <summary>
    /// Fetches the missing and damaged files of a set into the cache, several at once, and verifies each. An
    /// interrupted download resumes where it stopped, also in a later call.
    /// </summary>
    /// <param name="set">The files.</param>
    /// <param name="progress">Receives the progress whenever bytes have arrived.</param>
    /// <param name="cancellation">Stops the fetch; bytes that have arrived are kept.</param>
    /// <returns>The set's folder in the cache.</returns>
    /// <exception cref="EvalCoreException">
    /// A file cannot be fetched; the message states the reason and what to do.
    /// </exception>
    public async Task<string> Fetch(
        AssetSet set, IProgress<AssetProgress>? progress = null, CancellationToken cancellation = default)
    {
        string folder = CacheOf(set);
        int files = 0;
        long bytes = 0;
        try
        {
            Directory.CreateDirectory(folder);
            using var fetchLock = await Lock(set, cancellation).ConfigureAwait(false);
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
            await System.Threading.Tasks.Parallel.ForEachAsync(set.Files, options, async (file, stop) =>
            {
                if (Problem(folder, file) is null)
                    Arrived(file.Bytes);
                else if (mirror is not null && Problem(Path.Combine(mirror, "assets", set.Folder), file) is null)
                {
                    Copy(Path.Combine(mirror, "assets", set.Folder), folder, file);
                    Arrived(file.Bytes);
                }
                else
                    await Download(set, folder, file, Arrived, stop).ConfigureAwait(false);
                Interlocked.Increment(ref files);
                Arrived(0);
            }).ConfigureAwait(false);
            Arrived(0);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // A read-only cache that has everything needs no writing.
            if (set.Files.All(file => Problem(folder, file) is null))
                return folder;
            throw new EvalCoreException(
                $"{folder} cannot be written ({EvalCoreException.Reason(e)}): set EVALCORE_CACHE to another folder", e);
        }

        return folder;

        void Arrived(long more) => progress?.Report(new(Volatile.Read(ref files), Interlocked.Add(ref bytes, more)));
    }

    private IEnumerable<string> Folders(AssetSet set)
    {
        yield return CacheOf(set);
        if (mirror is not null)
            yield return Path.Combine(mirror, "assets", set.Folder);
    }

    private async Task Download(AssetSet set, string folder, AssetFile file, Action<long> arrived, CancellationToken cancellation)
    {
        var source = new Uri(set.Source, string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString)));
        string place = PathOf(folder, file), part = place + Part;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        long most = 0;
        for (int attempt = 1; ; attempt++)
        {
            string problem;
            bool isLast = attempt == Attempts;
            try
            {
                await Append(source, part, file, arrived, cancellation).ConfigureAwait(false);
                if (Hash(part) == file.Sha256)
                {
                    File.Move(part, place, overwrite: true);
                    return;
                }

                // The content is wrong, so the next attempt starts from the beginning.
                arrived(-new FileInfo(part).Length);
                File.Delete(part);
                problem = "the downloaded file does not have the pinned SHA-256";
            }
            catch (DownloadException e)
            {
                // A server that was silent gets a second chance, and further ones as long as more bytes arrive.
                problem = e.Message;
                long length = new FileInfo(part).Length;
                isLast |= e.Kind == DownloadFailure.Refused || (e.Kind == DownloadFailure.Silent && attempt > 1 && length <= most);
                most = Math.Max(most, length);
            }

            if (isLast)
            {
                throw new EvalCoreException(
                    $"{source} cannot be fetched ({problem}): run 'evalcore assets fetch {set.Name}' again, or set EVALCORE_MIRROR to a "
                    + $"folder with assets/{set.Folder}");
            }

            await Task.Delay(Patience * attempt, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Downloads the rest of a partial file.</summary>
    private async Task Append(Uri source, string part, AssetFile file, Action<long> arrived, CancellationToken cancellation)
    {
        using var stream = OpenPart(part);
        if (stream.Length > file.Bytes)
            stream.SetLength(0);
        arrived(stream.Length);
        if (stream.Length == file.Bytes)
            return;
        try
        {
            await HttpDownload.Append(Http, source, stream, file.Bytes, Silence, arrived, cancellation).ConfigureAwait(false);
            if (stream.Length < file.Bytes)
                throw new DownloadException($"the connection ended after {stream.Length} of {file.Bytes} bytes", DownloadFailure.Broken);
        }
        catch
        {
            // The next attempt counts the bytes of the partial file again.
            arrived(-stream.Length);
            throw;
        }
    }

    /// <summary>Opens a partial file, and begins again where an interrupted fetch has left one that cannot be written.</summary>
    private static FileStream OpenPart(string part)
    {
        try
        {
            return new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        }
        catch (UnauthorizedAccessException) when (File.Exists(part))
        {
            File.Delete(part);
            return new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None);
        }
    }

    /// <summary>
    /// Waits until no other process fetches the set: shards of a run may start at the same time. A process that holds the
    /// lock while nothing arrives is not waited for.
    /// </summary>
    private async Task<FileStream> Lock(AssetSet set, CancellationToken cancellation)
    {
        string folder = CacheOf(set), file = folder + ".lock";
        long present = -1;
        var since = Stopwatch.StartNew();
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException e) when (IsHeldByAnother(e))
            {
                long now = Directory.EnumerateFiles(folder, "*", SearchOption.AllDirectories).Sum(path => new FileInfo(path) is { Exists: true } info ? info.Length : 0);
                if (now != present)
                    (present, since) = (now, Stopwatch.StartNew());
                else if (since.Elapsed > 3 * Silence)
                {
                    throw new EvalCoreException(
                        $"another process holds {file}, but fetches nothing: end it, or set EVALCORE_CACHE to another folder", e);
                }

                await Task.Delay(200, cancellation).ConfigureAwait(false);
            }
        }
    }

    /// <summary>Whether a file is locked by another process: <c>EWOULDBLOCK</c> (Linux, macOS), <c>ERROR_SHARING_VIOLATION</c>.</summary>
    private static bool IsHeldByAnother(IOException e) => e.HResult is 11 or 35 or unchecked((int)0x80070020);

    private static void Copy(string from, string to, AssetFile file)
    {
        string place = PathOf(to, file), part = place + Part;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        // The content alone: a copy that has a read-only mirror's permissions too would block the next fetch when it is interrupted.
        File.Delete(part);
        using (var source = File.OpenRead(PathOf(from, file)))
        using (var copy = new FileStream(part, FileMode.CreateNew, FileAccess.Write, FileShare.None))
            source.CopyTo(copy);
        File.Move(part, place, overwrite: true);
    }

    private static string PathOf(string folder, AssetFile file) => Path.Combine(folder, Path.Combine(file.Path.Split('/')));

    private static bool HasLength(string folder, AssetFile file) =>
        FileAt(PathOf(folder, file)) is { Exists: true } info && info.Length == file.Bytes;

    /// <summary>A file, or what a symbolic link leads to: the length of a link is its own.</summary>
    private static FileInfo FileAt(string path)
    {
        var file = new FileInfo(path);
        return file.LinkTarget is null ? file : file.ResolveLinkTarget(returnFinalTarget: true) as FileInfo ?? file;
    }

    private static string? Problem(string folder, AssetFile file)
    {
        string path = PathOf(folder, file);
        var info = FileAt(path);
        if (!info.Exists)
            return $"{path} is missing";
        if (info.Length != file.Bytes)
            return $"{path} has {info.Length} bytes, not {file.Bytes}";
        return Hash(path) == file.Sha256 ? null : $"{path} is damaged: its SHA-256 is not {file.Sha256}";
    }

    private static string Hash(string path)
    {
        using var stream = File.OpenRead(path);
        return Convert.ToHexStringLower(SHA256.HashData(stream));
    }
}
