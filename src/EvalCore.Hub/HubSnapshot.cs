using System.Globalization;

namespace EvalCore.Hub;

/// <summary>
/// A repository at one commit, and the folder in the cache that has those of its files that were downloaded. Thread-safe.
/// </summary>
public sealed class HubSnapshot
{
    private const int Parallel = 8;

    private readonly HubRepository _repository;
    private readonly HubCache _cache;
    private readonly HubSettings _settings;
    private readonly Func<Retry> _newRetry;
    private readonly TimeProvider _time;
    private readonly Func<string, long> _freeBytes;
    private readonly HubException? _unreachable;

    internal HubSnapshot(
        HubRepository repository, string commit, IReadOnlyList<HubFile>? files, HubException? unreachable, HubCache cache, HubSettings settings,
        Func<Retry> newRetry, TimeProvider time, Func<string, long> freeBytes)
    {
        (_repository, _cache, _settings, _newRetry, _time, _freeBytes, _unreachable) = (repository, cache, settings, newRetry, time, freeBytes, unreachable);
        (Commit, Folder) = (commit, cache.Snapshot(repository.Id, commit));
        IsListed = files is not null;
        Files = files ?? Present();
    }

    /// <summary>The repository, at the commit of this snapshot.</summary>
    public HubRepository Repository => new(_repository.Id, Commit);

    /// <summary>The commit: 40 hexadecimal digits.</summary>
    public string Commit { get; }

    /// <summary>The folder in the cache.</summary>
    public string Folder { get; }

    /// <summary>The files of the repository; where the Hub could not be asked, those that the cache has.</summary>
    public IReadOnlyList<HubFile> Files { get; }

    /// <summary>Whether <see cref="Files"/> are all files of the repository.</summary>
    public bool IsListed { get; }

    /// <summary>What a user should know, in one line: that the Hub could not be asked whether there is a newer commit. Else null.</summary>
    public string? Note => _unreachable is null || _repository.IsCommit
        ? null
        : $"{_unreachable.Message}; '{_repository}' is used as the cache has it, at commit {Commit[..7]}";

    /// <summary>The path on this machine of a file that was downloaded; null for another.</summary>
    /// <param name="path">Its path in the repository.</param>
    public string? Find(string path) => Path.Combine(Folder, Path.Combine(path.Split('/'))) is var file && File.Exists(file) ? file : null;

    /// <summary>Those of some files that are not on this machine, or not whole.</summary>
    public IReadOnlyList<HubFile> Missing(IEnumerable<HubFile> files) => [.. files.Where(file => !IsHere(file))];

    /// <summary>Downloads files that are not on this machine yet, several at once. Then the cache knows this commit as that of its branch.</summary>
    /// <param name="files">The files.</param>
    /// <param name="progress">Receives the number of bytes of these files that are there, whenever some have arrived.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept, and resumed the next time.</param>
    /// <exception cref="HubException">A file cannot be had; the message says what to do.</exception>
    public Task Download(IReadOnlyList<HubFile> files, IProgress<long>? progress = null, CancellationToken cancellation = default) =>
        Download(files, isWhole: true, progress, cancellation);

    /// <summary>Downloads files, as <see cref="Download(IReadOnlyList{HubFile}, IProgress{long}?, CancellationToken)"/>.</summary>
    /// <param name="files">The files.</param>
    /// <param name="isWhole">
    /// Whether they are all that the caller needs: an incomplete snapshot must not replace, for those who are offline, an older
    /// one that is complete.
    /// </param>
    /// <param name="progress">Receives the number of bytes.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="HubException">A file cannot be had; the message says what to do.</exception>
    public async Task Download(IReadOnlyList<HubFile> files, bool isWhole, IProgress<long>? progress, CancellationToken cancellation)
    {
        ArgumentNullException.ThrowIfNull(files);
        var missing = Missing(files);
        if (missing.Count > 0)
        {
            if (_settings.Offline is { } variable)
                throw new HubException(HubProblem.Offline, $"{variable} is set, and the cache ({_cache.Root}) lacks {Names(missing)} of '{_repository}': unset it to download what is missing");
            if (_unreachable is not null)
                throw new HubException(HubProblem.Unreachable, $"{_unreachable.Message}, and the cache ({_cache.Root}) lacks {Names(missing)} of '{_repository}'", _unreachable);
            long bytes = files.Except(missing).Sum(file => file.Bytes);
            try
            {
                CheckSpace(missing);
                var connection = new HubConnection(_settings);
                var options = new ParallelOptions { MaxDegreeOfParallelism = Parallel, CancellationToken = cancellation };

                // The same content twice is fetched once.
                await System.Threading.Tasks.Parallel.ForEachAsync(missing.GroupBy(file => file.ETag), options, async (same, stop) =>
                {
                    await new BlobDownload(Repository, same.First(), _cache, connection, _settings, _newRetry(), _time).Run(Arrived, stop).ConfigureAwait(false);
                    foreach (var file in same)
                        _cache.Link(_repository.Id, Commit, file);
                    foreach (var again in same.Skip(1))
                        Arrived(again.Bytes);
                }).ConfigureAwait(false);
            }
            catch (Exception e) when (EvalCoreException.IsFileError(e))
            {
                throw new HubException(
                    HubProblem.Cache,
                    $"the cache of the Hugging Face Hub, {_cache.Root}, cannot be written ({EvalCoreException.Reason(e)}): free space or set HF_HOME to a folder that can be written, then run it again to resume", e);
            }

            void Arrived(long more) => progress?.Report(Interlocked.Add(ref bytes, more));
        }

        if (isWhole && _unreachable is null && _settings.Offline is null)
            _cache.Remember(_repository, Commit);
    }

    private static string Names(IReadOnlyList<HubFile> files) =>
        string.Join(", ", files.Take(3).Select(file => file.Path)) + (files.Count > 3 ? $" and {files.Count - 3} more files" : "");

    private bool IsHere(HubFile file)
    {
        if (Find(file.Path) is not { } path)
            return false;
        var info = new FileInfo(path);
        return (info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo)?.Length == file.Bytes;
    }

    private void CheckSpace(IReadOnlyList<HubFile> missing)
    {
        long needed = missing.DistinctBy(file => file.ETag).Sum(file => file.Bytes - Math.Min(file.Bytes, _cache.Arrived(_repository.Id, file.ETag)));
        string there = _cache.Root;
        while (!Directory.Exists(there) && Path.GetDirectoryName(there) is { } above)
            there = above;
        long free = _freeBytes(there);
        if (free < needed)
        {
            throw new HubException(HubProblem.Cache, string.Create(
                CultureInfo.InvariantCulture, $"'{_repository.Id}' needs {needed / 1e6:0.0} MB more, and {there} has {free / 1e6:0.0} MB free: free space or set HF_HOME to a folder on another disk"));
        }
    }

    /// <summary>What the cache has of a commit whose list of files is not known. Their hashes are not known either.</summary>
    private IReadOnlyList<HubFile> Present()
    {
        try
        {
            return
            [
                .. Directory.EnumerateFiles(Folder, "*", SearchOption.AllDirectories).Where(File.Exists).Order(StringComparer.Ordinal).Select(file =>
                {
                    var info = new FileInfo(file);
                    long bytes = (info.LinkTarget is null ? info : info.ResolveLinkTarget(returnFinalTarget: true) as FileInfo)?.Length ?? 0;
                    return new HubFile(Path.GetRelativePath(Folder, file).Replace(Path.DirectorySeparatorChar, '/'), bytes, "");
                }),
            ];
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            throw new HubException(HubProblem.Cache, $"the cache of the Hugging Face Hub, {Folder}, cannot be read ({EvalCoreException.Reason(e)})", e);
        }
    }
}
