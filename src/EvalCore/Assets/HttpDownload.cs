using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;

namespace EvalCore.Assets;

/// <summary>
/// Downloads a file, with a limit on every wait: for a connection, for the answer, and for the next byte. Compiled by the
/// binding of MuJoCo too.
/// </summary>
internal static class HttpDownload
{
    /// <summary>How long a server may send nothing.</summary>
    public static readonly TimeSpan Silence = TimeSpan.FromSeconds(10);

    /// <summary>
    /// The slowest server that is waited for, in bytes per second, over <see cref="SlowSilences"/> times the silence: one that
    /// sends a byte from time to time is never silent, and would never end.
    /// </summary>
    private const int SlowestRate = 1000;

    private const int SlowSilences = 3;

    private static readonly TimeSpan Connecting = TimeSpan.FromSeconds(5);

    /// <summary>
    /// A client whose waits are limited by <see cref="Wait"/> and <see cref="Read"/>; the whole download may take longer.
    /// </summary>
    /// <param name="redirects">Whether the client follows redirects.</param>
    public static HttpClient NewClient(bool redirects = true) => new(
        new SocketsHttpHandler { ConnectTimeout = Connecting, AllowAutoRedirect = redirects }, disposeHandler: true) { Timeout = Timeout.InfiniteTimeSpan };

    /// <summary>
    /// Appends to a file what is missing at its end, by a range request. A server that does not support ranges sends the
    /// whole file again, which then replaces what the file has.
    /// </summary>
    /// <param name="client">The client.</param>
    /// <param name="source">The address.</param>
    /// <param name="file">The file, written at its end.</param>
    /// <param name="maxBytes">The largest length that the file may have.</param>
    /// <param name="silence">How long the server may send nothing.</param>
    /// <param name="arrived">Receives the change of the file's length, in bytes.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="DownloadException">The download failed; what has arrived is in the file.</exception>
    /// <exception cref="IOException">The file cannot be written.</exception>
    public static async Task Append(
        HttpClient client, Uri source, FileStream file, long maxBytes, TimeSpan silence, Action<long> arrived,
        CancellationToken cancellation = default)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, source);
        file.Position = file.Length;
        if (file.Length > 0)
            request.Headers.Range = new RangeHeaderValue(file.Length, null);
        using var response = await Wait(
            source, silence, file.Length > 0, stop => client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, stop), cancellation).ConfigureAwait(false);
        if (!response.IsSuccessStatusCode)
        {
            int code = (int)response.StatusCode;
            bool final = code is >= 400 and < 500 and not ((int)HttpStatusCode.RequestTimeout or (int)HttpStatusCode.TooManyRequests);
            throw new DownloadException(
                $"the server answers {code} {response.ReasonPhrase}".TrimEnd(), final ? DownloadFailure.Refused : DownloadFailure.Broken);
        }

        if (file.Length > 0 && response.StatusCode != HttpStatusCode.PartialContent)
        {
            arrived(-file.Length);
            file.SetLength(0);
        }

        long? expected = response.Content.Headers.ContentLength + file.Length;
        using var body = await Wait(source, silence, file.Length > 0, response.Content.ReadAsStreamAsync, cancellation).ConfigureAwait(false);
        await Read(source, body, silence, file.Length > 0, Write, cancellation).ConfigureAwait(false);
        if (file.Length < expected)
            throw new DownloadException($"the connection ended after {file.Length} of {expected} bytes", DownloadFailure.Broken);

        async Task Write(ReadOnlyMemory<byte> bytes)
        {
            if (file.Length + bytes.Length > maxBytes)
                throw new DownloadException($"the server sends more than {maxBytes} bytes", DownloadFailure.Broken);
            await file.WriteAsync(bytes, cancellation).ConfigureAwait(false);
            arrived(bytes.Length);
        }
    }

    /// <summary>Reads an answer's body to its end, and gives up where the server is silent or very slow.</summary>
    /// <param name="source">The address.</param>
    /// <param name="body">The body.</param>
    /// <param name="silence">How long the server may send nothing.</param>
    /// <param name="hasBegun">Whether bytes have arrived before.</param>
    /// <param name="write">Receives the bytes in order; they are valid until its task ends. Its exceptions are passed on as they are.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="DownloadException">The connection broke, or the server is silent.</exception>
    public static async Task Read(
        Uri source, Stream body, TimeSpan silence, bool hasBegun, Func<ReadOnlyMemory<byte>, Task> write, CancellationToken cancellation)
    {
        byte[] buffer = new byte[1 << 16];
        var (since, received) = (Stopwatch.StartNew(), 0L);
        while (await Wait(source, silence, hasBegun, stop => body.ReadAsync(buffer, stop).AsTask(), cancellation).ConfigureAwait(false) is var read and > 0)
        {
            hasBegun = true;
            await write(buffer.AsMemory(0, read)).ConfigureAwait(false);
            received += read;
            if (since.Elapsed < SlowSilences * silence)
                continue;
            if (received < SlowestRate * since.Elapsed.TotalSeconds)
                throw new DownloadException($"{Server(source, Proxy(source))} sends less than {SlowestRate} bytes per second", DownloadFailure.Silent);
            since.Restart();
            received = 0;
        }
    }

    /// <summary>Waits for one step of a download, for a limited time.</summary>
    /// <param name="source">The address.</param>
    /// <param name="silence">How long the step may take.</param>
    /// <param name="hasBegun">Whether bytes have arrived before; for the message.</param>
    /// <param name="receive">The step.</param>
    /// <param name="cancellation">Stops the download.</param>
    /// <exception cref="DownloadException">The connection broke, or the server is silent.</exception>
    public static async Task<T> Wait<T>(
        Uri source, TimeSpan silence, bool hasBegun, Func<CancellationToken, Task<T>> receive, CancellationToken cancellation)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
        limit.CancelAfter(silence);
        try
        {
            return await receive(limit.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException e) when (!cancellation.IsCancellationRequested)
        {
            string seconds = silence.TotalSeconds.ToString("0.#", CultureInfo.InvariantCulture), server = Server(source, Proxy(source));
            throw new DownloadException(
                hasBegun ? $"{server} sends nothing for {seconds} s" : $"{server} does not answer", DownloadFailure.Silent, e);
        }
        catch (HttpRequestException e)
        {
            throw new DownloadException(Reason(e, source, Proxy(source)), DownloadFailure.Broken, e);
        }
        catch (IOException e)
        {
            throw new DownloadException(Reason(new HttpRequestException(e.Message, e), source, Proxy(source)), DownloadFailure.Broken, e);
        }
    }

    private static Uri? Proxy(Uri source) => HttpClient.DefaultProxy.IsBypassed(source) ? null : HttpClient.DefaultProxy.GetProxy(source);

    private static string Server(Uri source, Uri? proxy) => proxy is null ? source.Host : $"the proxy {proxy.Authority}, asked for {source.Host},";

    private static string Reason(HttpRequestException e, Uri source, Uri? proxy) => (e.HttpRequestError, proxy) switch
    {
        (HttpRequestError.NameResolutionError, null) => $"the name {source.Host} cannot be resolved",
        (HttpRequestError.NameResolutionError, _) => $"the name of the proxy {proxy.Authority} cannot be resolved",
        (HttpRequestError.ConnectionError, null) => $"there is no connection to {source.Authority}",
        (HttpRequestError.ConnectionError, _) => $"there is no connection to {source.Authority} through the proxy {proxy.Authority}",
        (HttpRequestError.SecureConnectionError, _) => $"{source.Host} offers no trusted connection",
        (HttpRequestError.ProxyTunnelError, _) => $"the proxy {proxy?.Authority} refuses the connection",
        (_, null) => $"the connection to {source.Host} broke",
        _ => $"the connection to {source.Host} through the proxy {proxy.Authority} broke",
    };
}
