using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using System.Text;
using EvalCore.Assets;

namespace EvalCore.Hub;

/// <summary>
/// Brings the content of a file into the cache: resumes what an earlier process has left, verifies the hash, and only then gives
/// the content its name. Every byte is written at its own place, and no file is made shorter, so two processes write the
/// same bytes where a file system ignores locks.
/// </summary>
/// <param name="repository">The repository at its commit.</param>
/// <param name="file">The file.</param>
/// <param name="cache">The cache.</param>
/// <param name="connection">The Hub.</param>
/// <param name="settings">The Hub's address, and how long it may be silent.</param>
/// <param name="retry">Decides on further attempts.</param>
/// <param name="time">The clock.</param>
internal sealed class BlobDownload(
    HubRepository repository, HubFile file, HubCache cache, HubConnection connection, HubSettings settings, Retry retry, TimeProvider time)
{
    /// <summary>How many bytes, or which part of a short file, make an attempt count as one that brought it on.</summary>
    private const long LeastProgress = 1 << 20;

    /// <summary>How often a content that arrived wrong is fetched again.</summary>
    private const int MostWrong = 1;

    private static readonly TimeSpan LockInterval = TimeSpan.FromMilliseconds(100);

    private readonly string _blob = cache.Blob(repository.Id, file.ETag);
    private long _reported;
    private EntityTagHeaderValue? _version;

    /// <summary>The name of an incomplete content. Older versions of Hugging Face's tools resume it too.</summary>
    public static string Incomplete(string blob) => $"{blob}.incomplete";

    /// <summary>Brings the content into the cache.</summary>
    /// <param name="arrived">Receives the change of the number of bytes that are there.</param>
    /// <param name="cancellation">Stops the download; what has arrived is kept.</param>
    /// <exception cref="HubException">It cannot be had.</exception>
    public async Task Run(Action<long> arrived, CancellationToken cancellation)
    {
        if (!IsThere())
        {
            Directory.CreateDirectory(Path.GetDirectoryName(_blob)!);
            using var held = await Lock(arrived, cancellation).ConfigureAwait(false);
            if (!IsThere())
                await Fetch(arrived, cancellation).ConfigureAwait(false);
        }

        Report(file.Bytes, arrived);
    }

    /// <summary>Whether the content is there. One of another length is damaged: it is fetched again.</summary>
    private bool IsThere() => new FileInfo(_blob) is { Exists: true } info && info.Length == file.Bytes;

    private void Report(long bytes, Action<long> arrived)
    {
        arrived(bytes - _reported);
        _reported = bytes;
    }

    /// <summary>Waits until no other process fetches the content. One that holds the lock while nothing arrives is not waited for.</summary>
    private async Task<FileStream?> Lock(Action<long> arrived, CancellationToken cancellation)
    {
        long present = -1, since = time.GetTimestamp();
        while (true)
        {
            try
            {
                if (cache.TryLock(repository.Id, file.ETag) is { } held)
                    return held;
            }
            catch (UnauthorizedAccessException)
            {
                // The lock of another user. Without it a content may be fetched twice, and is as right.
                return null;
            }

            long now = cache.Arrived(repository.Id, file.ETag);
            if (now != present)
            {
                (present, since) = (now, time.GetTimestamp());
                Report(Math.Min(now, file.Bytes), arrived);
            }
            else if (time.GetElapsedTime(since) > 3 * settings.Silence && !IsThere())
            {
                throw new HubException(
                    HubProblem.Cache, $"another process holds {cache.LockFile(repository.Id, file.ETag)}, but fetches nothing: end it, or set HF_HUB_CACHE to another folder");
            }

            await Task.Delay(LockInterval, time, cancellation).ConfigureAwait(false);
        }
    }

    private async Task Fetch(Action<long> arrived, CancellationToken cancellation)
    {
        string part = Incomplete(_blob);
        for (int wrong = 0; ; wrong++)
        {
            var stream = Open(part);
            await using (stream.ConfigureAwait(false))
            {
                using var hash = NewHash();
                await Read(stream, hash, cancellation).ConfigureAwait(false);
                Report(stream.Position, arrived);
                await Complete(stream, hash, arrived, cancellation).ConfigureAwait(false);
                if (Convert.ToHexStringLower(hash.GetHashAndReset()) == file.ETag)
                {
                    // A machine that loses its power must not have the name without the content.
                    stream.Flush(flushToDisk: true);
                    Name(part);
                    return;
                }
            }

            File.Delete(part);
            Report(0, arrived);
            if (wrong == MostWrong)
            {
                throw new HubException(
                    HubProblem.Damaged,
                    $"{file.Path} of '{repository.Id}' arrived with another {(file.Sha256 is null ? "SHA-1" : "SHA-256")} than {settings.Host} announced, {MostWrong + 1} times: check HF_ENDPOINT and the network's proxy");
            }
        }
    }

    private void Name(string part)
    {
        try
        {
            File.Move(part, _blob, overwrite: true);
        }
        catch (FileNotFoundException) when (IsThere())
        {
            // Another process, which wrote the same bytes, has named it.
        }
    }

    /// <summary>Downloads what a file lacks, in as many attempts as bring it on.</summary>
    private async Task Complete(FileStream stream, IncrementalHash hash, Action<long> arrived, CancellationToken cancellation)
    {
        long furthest = stream.Position;
        while (stream.Position < file.Bytes)
        {
            HubException failure;
            try
            {
                await Append(stream, hash, arrived, cancellation).ConfigureAwait(false);
                continue;
            }
            catch (DownloadException e)
            {
                failure = connection.Unreachable(e);
            }
            catch (HubException e) when (e.IsTransient)
            {
                failure = e;
            }

            // A server that sends a few bytes and breaks off, again and again, is not waited for.
            if (stream.Position - furthest >= Math.Min(LeastProgress, file.Bytes / 100))
                retry.Progressed();
            furthest = Math.Max(furthest, stream.Position);
            if (!await retry.Wait(failure, cancellation).ConfigureAwait(false))
                throw GaveUp(failure, stream.Length);
        }
    }

    /// <summary>Downloads the rest of a file, or the whole file where the server has no ranges or another version.</summary>
    private async Task Append(FileStream stream, IncrementalHash hash, Action<long> arrived, CancellationToken cancellation)
    {
        var address = new Uri(
            $"{settings.Endpoint}/{repository.Id}/resolve/{repository.Revision}/{string.Join('/', file.Path.Split('/').Select(Uri.EscapeDataString))}");
        using var response = await connection.Get(repository, file.Path, address, cancellation, stream.Position, _version).ConfigureAwait(false);
        if (response.StatusCode == HttpStatusCode.PartialContent && response.Content.Headers.ContentRange?.From != stream.Position)
            throw new DownloadException("it sends another range than was asked for", DownloadFailure.Broken);
        if (response.StatusCode != HttpStatusCode.PartialContent && stream.Position > 0)
        {
            stream.Position = 0;
            hash.GetHashAndReset();
            Begin(hash);
            Report(0, arrived);
        }

        // That of the server that sent the bytes: another one than the Hub has ETags of its own.
        _version = response.Headers.ETag;
        var source = response.RequestMessage!.RequestUri!;
        using var body = await HttpDownload.Wait(source, settings.Silence, true, response.Content.ReadAsStreamAsync, cancellation).ConfigureAwait(false);
        try
        {
            await HttpDownload.Read(source, body, settings.Silence, true, Write, cancellation).ConfigureAwait(false);
        }
        catch (DownloadException) when (stream.Position == file.Bytes)
        {
            // Everything had arrived.
        }

        if (stream.Position < file.Bytes)
            throw new DownloadException($"the connection ended after {stream.Position} of {file.Bytes} bytes", DownloadFailure.Broken);

        async Task Write(ReadOnlyMemory<byte> bytes)
        {
            if (stream.Position + bytes.Length > file.Bytes)
                throw new HubException(HubProblem.Damaged, $"{file.Path} of '{repository.Id}' is longer than the {file.Bytes} bytes that {settings.Host} announced");
            await stream.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            hash.AppendData(bytes.Span);
            Report(stream.Position, arrived);
        }
    }

    private HubException GaveUp(HubException failure, long kept) => new(
        failure.Problem,
        failure.Message + (kept > 0
            ? string.Create(CultureInfo.InvariantCulture, $"; {kept / 1e6:0.0} of {file.Bytes / 1e6:0.0} MB of {file.Path} are kept: run it again to resume")
            : $"; {file.Path} of '{repository.Id}' was not fetched"),
        failure);

    /// <summary>Opens an incomplete content. Others may have it open where locks have no effect.</summary>
    private FileStream Open(string part)
    {
        var stream = new FileStream(part, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        if (stream.Length <= file.Bytes)
            return stream;
        stream.Dispose();
        File.Delete(part);
        return new FileStream(part, FileMode.CreateNew, FileAccess.ReadWrite, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
    }

    private IncrementalHash NewHash()
    {
        var hash = IncrementalHash.CreateHash(file.Sha256 is null ? HashAlgorithmName.SHA1 : HashAlgorithmName.SHA256);
        Begin(hash);
        return hash;
    }

    /// <summary>Git's hash of a file begins with its kind and length.</summary>
    private void Begin(IncrementalHash hash)
    {
        if (file.Sha256 is null)
            hash.AppendData(Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"blob {file.Bytes}\0")));
    }

    private static async Task Read(FileStream stream, IncrementalHash hash, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        while (await stream.ReadAsync(buffer, cancellation).ConfigureAwait(false) is var read and > 0)
            hash.AppendData(buffer, 0, read);
    }
}
