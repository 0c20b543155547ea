using EvalCore.Diagnostics;

namespace EvalCore.Hub;

/// <summary>
/// The Hugging Face Hub, by its HTTP interface, and the cache that Hugging Face's own tools use: what <c>hf download</c> brought
/// is found, and what is downloaded here is found by <c>hf</c>. The environment variables of those tools say where both are
/// (huggingface_hub 1.x: <c>HF_ENDPOINT</c>, <c>HF_HUB_CACHE</c>, <c>HF_HOME</c>, <c>HF_TOKEN</c>, <c>HF_HUB_OFFLINE</c>).
/// </summary>
/// <param name="variable">Reads an environment variable; null where it is not set.</param>
public sealed class HubClient(Func<string, string?> variable)
{
    /// <summary>How many questions in a row may have no answer: without a network, that is soon said.</summary>
    private const int MostUnanswered = 3;

    /// <summary>The Hub that this process's environment variables describe.</summary>
    public static HubClient Default { get; } = new(Environment.GetEnvironmentVariable);

    /// <summary>The check that <c>evalcore doctor</c> makes: nothing is asked of the Hub.</summary>
    public Check Check => field ??= new Check("Hugging Face Hub", Describe, Optional: true);

    /// <summary>The clock of waits.</summary>
    internal TimeProvider Time { get; init; } = TimeProvider.System;

    /// <summary>The wait after a first failure; each further failure doubles it.</summary>
    internal TimeSpan Patience { get; init; } = TimeSpan.FromSeconds(0.5);

    /// <summary>How many attempts in a row may fail.</summary>
    internal int Attempts { get; init; } = 6;

    /// <summary>Draws the numbers from 0 to 1 that make waits differ.</summary>
    internal Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>The free space of the disk that a folder is on, in bytes.</summary>
    internal Func<string, long> FreeBytes { get; init; } = FreeBytesOf;

    /// <summary>
    /// Finds the commit of a repository's revision. The Hub is asked, unless the revision is a commit whose files the cache
    /// lists. Where the Hub cannot be reached, or refuses, the commit that the cache has of the revision is used, with a note.
    /// </summary>
    /// <param name="repository">The repository and its revision.</param>
    /// <param name="cancellation">Stops it.</param>
    /// <exception cref="HubException">There is no such repository or revision, or it is neither reached nor in the cache.</exception>
    /// <exception cref="EvalCoreException">An environment variable has a value that it cannot have.</exception>
    public async Task<HubSnapshot> Open(HubRepository repository, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var settings = HubSettings.Read(variable);
        var cache = new HubCache(settings.Cache);
        string? cached = cache.Commit(repository);
        if (repository.IsCommit && cache.Tree(repository.Id, repository.Revision!) is { } tree)
            return Snapshot(repository.Revision!, tree, null);
        if (settings.Offline is { } offline)
        {
            return cached is not null
                ? Snapshot(cached, cache.Tree(repository.Id, cached), null)
                : throw new HubException(
                    HubProblem.Offline, $"{offline} is set, and '{repository}' is not in the cache ({cache.Root}): unset it to download, or run hf download {repository.Id} on a machine with a network and copy the cache");
        }

        var retry = NewRetry();
        for (int unanswered = 0; ;)
        {
            HubException failure;
            try
            {
                var (commit, files) = await new HubConnection(settings).Revision(repository, cancellation).ConfigureAwait(false);
                cache.KeepTree(repository.Id, commit, files);
                return Snapshot(commit, files, null);
            }
            catch (HubException e)
            {
                failure = e;
            }

            // A repository that is there, but has no such revision, is no reason to use an old one.
            if (cached is not null && failure.Problem != HubProblem.NoRevision)
                return Snapshot(cached, cache.Tree(repository.Id, cached), failure);
            unanswered += failure.IsAnswer ? 0 : 1;
            if (unanswered == MostUnanswered || !await retry.Wait(failure, cancellation).ConfigureAwait(false))
            {
                throw failure.Problem == HubProblem.Unreachable
                    ? new HubException(failure.Problem, $"{failure.Message}, and '{repository}' is not in the cache ({cache.Root})", failure)
                    : failure;
            }
        }

        HubSnapshot Snapshot(string commit, IReadOnlyList<HubFile>? files, HubException? unreachable) =>
            new(repository, commit, files, unreachable, cache, settings, NewRetry, Time, FreeBytes);
    }

    /// <summary>The commit of a repository that the cache has, without asking the Hub; null where it has none.</summary>
    /// <param name="repository">The repository and its revision.</param>
    /// <exception cref="EvalCoreException">An environment variable has a value that it cannot have.</exception>
    public HubSnapshot? Cached(HubRepository repository)
    {
        ArgumentNullException.ThrowIfNull(repository);
        var settings = HubSettings.Read(variable);
        var cache = new HubCache(settings.Cache);
        return cache.Commit(repository) is { } commit
            ? new HubSnapshot(repository, commit, cache.Tree(repository.Id, commit), null, cache, settings, NewRetry, Time, FreeBytes)
            : null;
    }

    private static long FreeBytesOf(string folder)
    {
        try
        {
            // A file system without sizes has none to check.
            return new DriveInfo(folder) is { TotalSize: > 0 } drive ? drive.AvailableFreeSpace : long.MaxValue;
        }
        catch (Exception e) when (EvalCoreException.IsFileError(e))
        {
            return long.MaxValue;
        }
    }

    private Retry NewRetry() => new(Attempts, Patience, Time, Random);

    private string Describe()
    {
        var settings = HubSettings.Read(variable);
        string token = settings.Token is { } found ? $"token from {found}" : "no token";
        string access = settings.Offline is { } offline ? $"not asked, {offline} is set" : settings.Endpoint;
        return $"{access}, {token}, cache {settings.Cache}";
    }
}
