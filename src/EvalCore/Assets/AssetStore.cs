using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Security.Cryptography;

namespace EvalCore.Assets;

/// <summary>
/// Where benchmarks' files are on this machine: in the cache, else in the folder <c>EVALCORE_MIRROR</c> names; what is
/// in neither is fetched from its authors' release into the cache.
/// </summary>
/// <param name="cache">The cache's folder.</param>
/// <param name="mirror">The mirror's folder, or null.</param>
public sealed class AssetStore(string cache, string? mirror)
{
    private const int Parallel = 8;
    private const int Attempts = 6;

    /// <summary>The ending of a file that has not arrived in full.</summary>
    private const string Part = ".part";

    private static readonly HttpClient Http = new() { Timeout = TimeSpan.FromMinutes(10) };

    /// <summary>The store that the environment's variables describe.</summary>
    public static AssetStore Default => new(CacheFolder, MirrorFolder);

    /// <summary>
    /// <c>EVALCORE_CACHE</c>, else <c>evalcore</c> in <c>XDG_CACHE_HOME</c>, else <c>~/.cache/evalcore</c>.
    /// </summary>
    public static string CacheFolder
    {
        get
        {
            if (Environment.GetEnvironmentVariable("EVALCORE_CACHE") is { Length: > 0 } own)
                return Path.GetFullPath(own);
            return Environment.GetEnvironmentVariable("XDG_CACHE_HOME") is { Length: > 0 } caches
                ? Path.Combine(caches, "evalcore")
                : Path.Combine(Environment.GetFolderPath(Environment.SpecialFolder.UserProfile), ".cache", "evalcore");
        }
    }

    /// <summary>How long to wait before a connection that failed is tried again, longer each time.</summary>
    public TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(0.5);

    private static string? MirrorFolder =>
        Environment.GetEnvironmentVariable("EVALCORE_MIRROR") is { Length: > 0 } mirror ? Path.GetFullPath(mirror) : null;

    /// <summary>Where a set is fetched to.</summary>
    public string CacheOf(AssetSet set) => Path.Combine(cache, "assets", set.Name);

    /// <summary>The folder that has all files of a set, by their lengths, or null.</summary>
    public string? Find(AssetSet set) =>
        Folders(set).FirstOrDefault(folder => set.Files.All(file => HasLength(folder, file)));

    /// <summary>Looks whether every file is what it should be.</summary>
    /// <returns>A line for each that is not; none when all are right.</returns>
    public IReadOnlyList<string> Verify(AssetSet set)
    {
        string folder = Find(set) ?? Folders(set).FirstOrDefault(Directory.Exists) ?? CacheOf(set);
        return [.. set.Files.AsParallel().AsOrdered().Select(file => Problem(folder, file)).OfType<string>()];
    }

    /// <summary>
    /// Brings a set into the cache: what is missing or damaged, several files at once, each verified; a download that
    /// breaks off goes on where it stopped, also in a later call.
    /// </summary>
    /// <param name="set">The files.</param>
    /// <param name="progress">Is told whenever a part has arrived.</param>
    /// <param name="cancellation">Stops; what has arrived stays.</param>
    /// <returns>The folder.</returns>
    /// <exception cref="EvalCoreException">A file cannot be had; the line says why and what to do.</exception>
    public async Task<string> Fetch(
        AssetSet set, IProgress<AssetProgress>? progress = null, CancellationToken cancellation = default)
    {
        string folder = CacheOf(set);
        int files = 0;
        long bytes = 0;
        try
        {
            Directory.CreateDirectory(folder);
            using var alone = await Lock(folder + ".lock", cancellation).ConfigureAwait(false);
            var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };
            await System.Threading.Tasks.Parallel.ForEachAsync(set.Files, options, async (file, stop) =>
            {
                if (Problem(folder, file) is null)
                    Arrived(file.Bytes);
                else if (mirror is not null && Problem(Path.Combine(mirror, "assets", set.Name), file) is null)
                {
                    Copy(Path.Combine(mirror, "assets", set.Name), folder, file);
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
            throw new EvalCoreException(
                $"{folder} cannot be written ({e.Message.TrimEnd('.')}): set EVALCORE_CACHE to another folder", e);
        }

        return folder;

        void Arrived(long more) => progress?.Report(new(Volatile.Read(ref files), Interlocked.Add(ref bytes, more)));
    }

    private IEnumerable<string> Folders(AssetSet set)
    {
        yield return CacheOf(set);
        if (mirror is not null)
            yield return Path.Combine(mirror, "assets", set.Name);
    }

    private async Task Download(AssetSet set, string folder, AssetFile file, Action<long> arrived, CancellationToken cancellation)
    {
        var source = new Uri(set.Source, string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString)));
        string place = PathOf(folder, file), part = place + Part;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        for (int attempt = 1; ; attempt++)
        {
            string problem;
            try
            {
                await Append(source, part, file, arrived, cancellation).ConfigureAwait(false);
                if (Hash(part) == file.Sha256)
                {
                    File.Move(part, place, overwrite: true);
                    return;
                }

                // What came is not the file, so there is nothing to go on from.
                arrived(-new FileInfo(part).Length);
                File.Delete(part);
                problem = "what comes is not the file that is pinned";
            }
            catch (Exception e) when (e is HttpRequestException or HttpIOException or EndOfStreamException
                or IOException { InnerException: SocketException }
                || (e is TaskCanceledException && !cancellation.IsCancellationRequested))
            {
                problem = e.Message.TrimEnd('.');
            }

            if (attempt == Attempts)
            {
                throw new EvalCoreException(
                    $"{source} cannot be fetched ({problem}): run 'evalcore assets fetch {set.Name}' again, or set EVALCORE_MIRROR to a "
                    + $"folder with assets/{set.Name}");
            }

            await Task.Delay(Patience * attempt, cancellation).ConfigureAwait(false);
        }
    }

    /// <summary>Goes on with a partial file where it ends.</summary>
    private static async Task Append(Uri source, string part, AssetFile file, Action<long> arrived, CancellationToken cancellation)
    {
        await using var stream = new FileStream(part, FileMode.OpenOrCreate, FileAccess.Write, FileShare.None);
        if (stream.Length > file.Bytes)
            stream.SetLength(0);
        arrived(stream.Length);
        stream.Position = stream.Length;
        if (stream.Length == file.Bytes)
            return;

        using var request = new HttpRequestMessage(HttpMethod.Get, source);
        if (stream.Length > 0)
            request.Headers.Range = new RangeHeaderValue(stream.Length, null);
        try
        {
            using var response = await Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, cancellation).ConfigureAwait(false);
            response.EnsureSuccessStatusCode();
            if (stream.Length > 0 && response.StatusCode != HttpStatusCode.PartialContent)
            {
                // The server sends the whole file again.
                arrived(-stream.Length);
                stream.SetLength(0);
            }

            await using var body = await response.Content.ReadAsStreamAsync(cancellation).ConfigureAwait(false);
            byte[] buffer = new byte[1 << 16];
            while (await body.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
            {
                if (stream.Length + read > file.Bytes)
                    throw new EndOfStreamException($"the server sends more than {file.Bytes} bytes");
                await stream.WriteAsync(buffer.AsMemory(0, read), cancellation).ConfigureAwait(false);
                arrived(read);
            }

            if (stream.Length < file.Bytes)
                throw new EndOfStreamException($"the connection ended after {stream.Length} of {file.Bytes} bytes");
        }
        catch
        {
            // What has arrived is counted anew by the next attempt.
            arrived(-stream.Length);
            throw;
        }
    }

    /// <summary>Waits until no other process fetches the set: shards of a run begin at the same time.</summary>
    private static async Task<FileStream> Lock(string file, CancellationToken cancellation)
    {
        while (true)
        {
            try
            {
                return new FileStream(file, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
            }
            catch (IOException) when (File.Exists(file))
            {
                await Task.Delay(200, cancellation).ConfigureAwait(false);
            }
        }
    }

    private static void Copy(string from, string to, AssetFile file)
    {
        string place = PathOf(to, file), part = place + Part;
        Directory.CreateDirectory(Path.GetDirectoryName(place)!);
        File.Copy(PathOf(from, file), part, overwrite: true);
        File.Move(part, place, overwrite: true);
    }

    private static string PathOf(string folder, AssetFile file) => Path.Combine(folder, Path.Combine(file.Path.Split('/')));

    private static bool HasLength(string folder, AssetFile file) =>
        new FileInfo(PathOf(folder, file)) is { Exists: true } info && info.Length == file.Bytes;

    private static string? Problem(string folder, AssetFile file)
    {
        string path = PathOf(folder, file);
        var info = new FileInfo(path);
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
