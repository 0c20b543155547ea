using System.Collections.Concurrent;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json.Nodes;

namespace EvalCore.Hub.Tests;

/// <summary>
/// A server on this machine that behaves like the Hugging Face Hub: models with branches and commits, ETags, ranges, error codes;
/// large files are redirected to a second server, which stands for the network that delivers them.
/// </summary>
internal sealed class FakeHub : IDisposable
{
    private readonly CancellationTokenSource _stop = new();
    private readonly HttpListener _hub;
    private readonly HttpListener _storage;

    public FakeHub()
    {
        (_hub, Endpoint) = Listen();
        (_storage, Storage) = Listen();
        _ = Serve(_hub, AnswerAsHub);
        _ = Serve(_storage, AnswerAsStorage);
    }

    /// <summary>What <c>HF_ENDPOINT</c> is set to.</summary>
    public string Endpoint { get; }

    /// <summary>The address of the second server.</summary>
    public string Storage { get; }

    /// <summary>The models by their names.</summary>
    public ConcurrentDictionary<string, FakeModel> Models { get; } = new();

    /// <summary>The only token that the Hub knows.</summary>
    public const string Token = "hf_theTokenOfTheTests";

    /// <summary>The requests in order: server, path, range and token.</summary>
    public ConcurrentQueue<FakeRequest> Requests { get; } = new();

    /// <summary>What goes wrong with the next answers for files; taken one by one.</summary>
    public ConcurrentQueue<FakeFault> Faults { get; } = new();

    /// <summary>What goes wrong with the next answers about revisions; taken one by one.</summary>
    public ConcurrentQueue<FakeFault> RevisionFaults { get; } = new();

    /// <summary>Whether files are sent at once or a little at a time.</summary>
    public TimeSpan Pause { get; set; }

    /// <summary>Whether ranges are ignored, as some proxies do.</summary>
    public bool IgnoresRanges { get; set; }

    /// <summary>The path of a file whose last byte is sent wrong; null for none.</summary>
    public string? Wrong { get; set; }

    /// <summary>The bytes of files that were sent.</summary>
    public long Sent => Interlocked.Read(ref _sent);

    private long _sent;

    /// <summary>How often the content of a file was asked for.</summary>
    public int RequestsOf(string path) => Requests.Count(request => request.Server == "hub" && request.Path.EndsWith($"/{path}", StringComparison.Ordinal));

    public void Dispose()
    {
        _stop.Cancel();
        _hub.Close();
        _storage.Close();
    }

    private static (HttpListener Listener, string Address) Listen()
    {
        for (int attempt = 0; ; attempt++)
        {
            int port;
            using (var probe = new TcpListener(IPAddress.Loopback, 0))
            {
                probe.Start();
                port = ((IPEndPoint)probe.LocalEndpoint).Port;
            }

            var listener = new HttpListener();
            listener.Prefixes.Add($"http://127.0.0.1:{port}/");
            try
            {
                listener.Start();
                return (listener, $"http://127.0.0.1:{port}");
            }
            catch (HttpListenerException) when (attempt < 20)
            {
                // Another process took the port meanwhile.
            }
        }
    }

    private async Task Serve(HttpListener listener, Func<HttpListenerContext, Task> answer)
    {
        while (!_stop.IsCancellationRequested)
        {
            HttpListenerContext context;
            try
            {
                context = await listener.GetContextAsync();
            }
            catch (Exception e) when (e is HttpListenerException or ObjectDisposedException)
            {
                return;
            }

            _ = Task.Run(async () =>
            {
                try
                {
                    await answer(context);
                    context.Response.Close();
                }
                catch (Exception e) when (e is HttpListenerException or ObjectDisposedException or IOException or OperationCanceledException or InvalidOperationException)
                {
                    // The client has gone, or the test is over.
                }
            });
        }
    }

    private void Note(string server, HttpListenerRequest request) => Requests.Enqueue(
        new FakeRequest(server, Uri.UnescapeDataString(request.Url!.AbsolutePath), request.Headers["Range"], request.Headers["If-Range"], request.Headers["Authorization"]));

    private async Task AnswerAsHub(HttpListenerContext context)
    {
        var (request, response) = (context.Request, context.Response);
        Note("hub", request);
        string[] parts = request.Url!.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        bool isQuestion = parts is ["api", "models", ..];
        string id = string.Join('/', parts.Skip(isQuestion ? 2 : 0).Take(2));
        string? token = request.Headers["Authorization"]?["Bearer ".Length..];
        if (token is not null && token != Token)
        {
            Refuse(response, 401, null, "Invalid credentials in Authorization header");
            return;
        }

        if (!Models.TryGetValue(id, out var model) || (model.IsPrivate && token is null))
        {
            Refuse(response, token is null ? 401 : 404, "RepoNotFound", "Repository not found");
            return;
        }

        string revision = isQuestion ? parts[5] : parts[3];
        if (model.Commit(revision) is not { } commit)
        {
            Refuse(response, 404, "RevisionNotFound", $"Invalid rev id: {revision}");
            return;
        }

        if (isQuestion)
        {
            if (RevisionFaults.TryDequeue(out var fault) && await Fail(fault, response))
                return;
            await Send(response, model.Describe(commit));
            return;
        }

        string path = string.Join('/', parts.Skip(4));
        if (model.IsGated)
        {
            Refuse(response, token is null ? 401 : 403, "GatedRepo", $"Access to model {id} is restricted.");
            return;
        }

        if (!model.Commits[commit].TryGetValue(path, out var file))
        {
            Refuse(response, 404, "EntryNotFound", "Entry not found");
            return;
        }

        response.Headers["X-Repo-Commit"] = commit;
        if (file.IsLarge)
        {
            response.StatusCode = 302;
            response.Headers["X-Linked-Etag"] = $"\"{file.ETag}\"";
            response.Headers["X-Linked-Size"] = file.Length.ToString(CultureInfo.InvariantCulture);
            response.Headers["Location"] = $"{Storage}/large/{Uri.EscapeDataString(id)}/{commit}/{path}?signature=secret";
            return;
        }

        if (parts[2] == "resolve" && model.RedirectsSmallFiles)
        {
            // As the Hub does: a relative address on the same server.
            response.StatusCode = 307;
            response.Headers["X-Linked-Etag"] = $"\"{file.ETag}\"";
            response.Headers["Location"] = $"/{id}/again/{commit}/{path}";
            return;
        }

        await Send(request, response, path, file);
    }

    private async Task AnswerAsStorage(HttpListenerContext context)
    {
        Note("storage", context.Request);
        string[] parts = context.Request.Url!.AbsolutePath.Trim('/').Split('/').Select(Uri.UnescapeDataString).ToArray();
        string path = string.Join('/', parts.Skip(3));
        await Send(context.Request, context.Response, path, Models[parts[1]].Commits[parts[2]][path]);
    }

    private async Task Send(HttpListenerRequest request, HttpListenerResponse response, string path, FakeFile file)
    {
        long? end = null;
        if (Faults.TryDequeue(out var fault))
        {
            if (await Fail(fault, response))
                return;
            end = fault.Bytes;
        }

        // The storage has ETags of its own.
        string etag = $"\"{(file.IsLarge ? file.Sha256[..32] : file.BlobId)}\"";
        response.Headers["ETag"] = etag;
        response.Headers["Accept-Ranges"] = "bytes";
        long from = 0;
        if (request.Headers["Range"] is { } range && !IgnoresRanges && (request.Headers["If-Range"] ?? etag) == etag)
        {
            from = long.Parse(range["bytes=".Length..^1], CultureInfo.InvariantCulture);
            response.StatusCode = 206;
            response.Headers["Content-Range"] = $"bytes {from}-{file.Length - 1}/{file.Length}";
        }

        response.ContentLength64 = file.Length - from;
        bool isWrong = Wrong == path;
        long last = end is { } bytes ? Math.Min(file.Length, from + bytes) : file.Length;
        byte[] buffer = new byte[1 << 16];
        for (long at = from; at < last;)
        {
            int count = Copy(file, at, buffer, last);
            if (isWrong && at + count == file.Length)
                buffer[count - 1] ^= 1;
            await response.OutputStream.WriteAsync(buffer.AsMemory(0, count), _stop.Token);
            Interlocked.Add(ref _sent, count);
            at += count;
            if (Pause > TimeSpan.Zero)
                await Task.Delay(Pause, _stop.Token);
        }

        if (fault?.Stalls == true)
            await Task.Delay(Timeout.Infinite, _stop.Token);
        if (last < file.Length)
            response.Abort();

        static int Copy(FakeFile file, long at, byte[] buffer, long last)
        {
            var slice = file.Slice(at);
            int count = (int)Math.Min(Math.Min(slice.Length, buffer.Length), last - at);
            slice[..count].CopyTo(buffer);
            return count;
        }
    }

    /// <summary>Answers with an error where the fault is one.</summary>
    private static Task<bool> Fail(FakeFault fault, HttpListenerResponse response)
    {
        if (fault.Status is not { } status)
            return Task.FromResult(false);
        response.StatusCode = status;
        if (fault.RetryAfter is { } wait)
            response.Headers["Retry-After"] = wait;
        if (fault.RateLimit is { } limit)
            response.Headers["RateLimit"] = limit;
        return Task.FromResult(true);
    }

    private static async Task Send(HttpListenerResponse response, JsonNode answer)
    {
        response.ContentType = "application/json";
        await response.OutputStream.WriteAsync(Encoding.UTF8.GetBytes(answer.ToJsonString()));
    }

    private static void Refuse(HttpListenerResponse response, int status, string? code, string message)
    {
        response.StatusCode = status;
        if (code is not null)
            response.Headers["X-Error-Code"] = code;
        response.Headers["X-Error-Message"] = message;
    }
}
