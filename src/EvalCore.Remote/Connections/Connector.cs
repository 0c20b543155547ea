using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Reflection;

namespace EvalCore.Remote.Connections;

/// <summary>Makes connections to one server.</summary>
internal sealed class Connector : IDisposable
{
    /// <summary>How long a vla-eval server, which sends nothing by itself, is waited for before it is asked what it is.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(1);

    private static readonly TimeSpan FirstPause = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(5);

    private readonly SocketsHttpHandler _handler;
    private readonly HttpMessageInvoker _invoker;
    private readonly string _protocol;
    private readonly string? _apiKey;
    private readonly TimeSpan _timeout;
    private readonly TimeProvider _time;
    private readonly RepeatedAnswers _repeated = new();

    /// <param name="address">The server: a ws or wss address.</param>
    /// <param name="protocol">The protocol that it speaks, a value of <c>--policy.protocol</c>.</param>
    /// <param name="apiKey">The key to send; null for none.</param>
    /// <param name="timeout">How long one attempt may take, with the server's greeting.</param>
    /// <param name="time">The clock.</param>
    public Connector(Uri address, string protocol, string? apiKey, TimeSpan timeout, TimeProvider time)
    {
        (Address, _protocol, _apiKey, _timeout, _time) = (address, protocol, apiKey, timeout, time);
        _handler = new SocketsHttpHandler { ConnectCallback = Dial };
        _invoker = new HttpMessageInvoker(_handler);
    }

    /// <summary>The server.</summary>
    public Uri Address { get; }

    /// <summary>The server's address without a user's name and password.</summary>
    public string Shown => new UriBuilder(Address) { UserName = "", Password = "" }.Uri.AbsoluteUri.TrimEnd('/');

    /// <summary>This program's name and version, which vla-eval's hello states.</summary>
    public static string HarnessVersion { get; } =
        $"evalcore {typeof(Connector).Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()?.InformationalVersion.Split('+')[0]}";

    /// <summary>Connects, and tries again for a while where the server may still start.</summary>
    /// <param name="patience">For how long; zero for one attempt.</param>
    /// <param name="check">Called before each attempt; throws where no further one makes sense. Null for none.</param>
    /// <param name="cancellation">Cancelled when the run stops.</param>
    /// <exception cref="ConnectException">There is no connection.</exception>
    public async Task<PolicyConnection> Open(TimeSpan patience, Action? check, CancellationToken cancellation)
    {
        long start = _time.GetTimestamp();
        var pause = FirstPause;
        while (true)
        {
            check?.Invoke();
            try
            {
                return await OpenOnce(cancellation).ConfigureAwait(false);
            }
            catch (ConnectException e) when (e.IsTransient && _time.GetElapsedTime(start) + pause < patience)
            {
                await Task.Delay(pause, _time, cancellation).ConfigureAwait(false);
                pause = pause * 2 < LongestPause ? pause * 2 : LongestPause;
            }
        }
    }

    /// <summary>Whether something listens at the address.</summary>
    public async Task<bool> IsListening(CancellationToken cancellation)
    {
        try
        {
            using var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(Silence);
            await socket.ConnectAsync(Address.DnsSafeHost, Address.Port, limit.Token).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException && !cancellation.IsCancellationRequested)
        {
            return false;
        }
    }

    public void Dispose()
    {
        _invoker.Dispose();
        _handler.Dispose();
    }

    /// <summary>One attempt: upgrade and greeting.</summary>
    private async Task<PolicyConnection> OpenOnce(CancellationToken cancellation)
    {
        using var limit = new CancellationTokenSource(_timeout, _time);
        using var both = CancellationTokenSource.CreateLinkedTokenSource(limit.Token, cancellation);
        ClientWebSocket? socket = new();
        PolicyConnection? connection = null;
        try
        {
            await Upgrade(socket, both.Token).ConfigureAwait(false);
            if (_protocol == RemoteConfig.Openpi)
            {
                var openpi = new OpenpiConnection(socket, _repeated);
                openpi.ExpectMetadata();
                connection = openpi;
            }
            else
                connection = new VlaEvalConnection(socket, HarnessVersion, _time);
            socket = null;
            connection.Listen();
            await Greeted(connection, both.Token).ConfigureAwait(false);
            var greeted = connection;
            connection = null;
            return greeted;
        }
        catch (OperationCanceledException) when (!cancellation.IsCancellationRequested)
        {
            throw new ConnectException(
                string.Create(CultureInfo.InvariantCulture, $"the server did not answer within {_timeout.TotalSeconds:0.###} s (--policy.connect_timeout)"), isTransient: true);
        }
        catch (Policies.LostConnectionException e)
        {
            throw new ConnectException(e.Message, isTransient: e.InnerException is not Wire.WireException, e);
        }
        catch (ServerErrorException e)
        {
            throw new ConnectException($"the server reported an error: {e.Message}", isTransient: false, e);
        }
        finally
        {
            connection?.Dispose();
            socket?.Dispose();
        }
    }

    private async Task Upgrade(ClientWebSocket socket, CancellationToken cancellation)
    {
        socket.Options.CollectHttpResponseDetails = true;
        if (_apiKey is not null)
            socket.Options.SetRequestHeader("Authorization", $"Api-Key {_apiKey}");
        try
        {
            await socket.ConnectAsync(Address, _invoker, cancellation).ConfigureAwait(false);
        }
        catch (WebSocketException e)
        {
            throw Explain((int)socket.HttpStatusCode, e);
        }
    }

    private ConnectException Explain(int status, WebSocketException e)
    {
        if (status is 401 or 403)
        {
            return new ConnectException(
                _apiKey is null
                    ? $"the server wants a key ({status}): set {RemoteConfig.ApiKeyVariable}, or give --policy.api_key"
                    : $"the server refuses the key ({status}) of {RemoteConfig.ApiKeyVariable} or --policy.api_key",
                isTransient: false, e);
        }

        if (status is 502 or 503 or 504)
            return new ConnectException($"the server is not ready ({status})", isTransient: true, e);
        if (status != 0)
            return new ConnectException($"an HTTP server is there, which serves no WebSocket (it answered {status}): give the address of a policy server", isTransient: false, e);
        for (Exception? cause = e; cause is not null; cause = cause.InnerException)
        {
            if (cause is SocketException socket)
            {
                string port = Address.IsDefaultPort ? $" at port {Address.Port} (openpi's and vla-eval's usual port is 8000: give ws://HOST:8000)" : "";
                return socket.SocketErrorCode switch
                {
                    SocketError.ConnectionRefused => new ConnectException($"no server is there (connection refused){port}: start it, or let --policy.serve_command start it", isTransient: true, e),
                    SocketError.HostNotFound or SocketError.TryAgain or SocketError.NoData => new ConnectException($"there is no host '{Address.Host}'", isTransient: socket.SocketErrorCode == SocketError.TryAgain, e),
                    _ => new ConnectException($"no connection ({EvalCoreException.Reason(socket)})", isTransient: true, e),
                };
            }

            if (cause is HttpRequestException { HttpRequestError: HttpRequestError.SecureConnectionError })
                return new ConnectException("no TLS connection could be made: check the certificate, or give ws:// for a server without TLS", isTransient: false, e);
        }

        // What answered is no HTTP server, or it closed the connection.
        bool isForeign = e.InnerException is HttpRequestException { HttpRequestError: HttpRequestError.InvalidResponse };
        return new ConnectException(isForeign ? "what is there is no WebSocket server" : "the server closed the connection before it answered", isTransient: !isForeign, e);
    }

    /// <summary>Waits for the greeting. A silent server is asked which protocol it speaks.</summary>
    private async Task Greeted(PolicyConnection connection, CancellationToken cancellation)
    {
        var greeting = connection.Greet(cancellation);
        if (_protocol == RemoteConfig.Openpi
            && await Task.WhenAny(greeting, Task.Delay(Silence, _time, cancellation)).ConfigureAwait(false) != greeting
            && await IsHealthy("/health", cancellation).ConfigureAwait(false)
            && !await IsHealthy("/healthz", cancellation).ConfigureAwait(false))
        {
            _ = greeting.ContinueWith(done => done.Exception, CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
            throw new ConnectException("the server speaks vla-eval's protocol: give --policy.protocol=vla-eval", isTransient: false);
        }

        await greeting.ConfigureAwait(false);
    }

    private async Task<bool> IsHealthy(string path, CancellationToken cancellation)
    {
        try
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellation);
            limit.CancelAfter(2 * Silence);
            var address = new UriBuilder(Address) { Scheme = Address.Scheme == "wss" ? "https" : "http", Port = Address.Port, Path = path, Query = "" };
            using var request = new HttpRequestMessage(HttpMethod.Get, address.Uri);
            using var response = await _invoker.SendAsync(request, limit.Token).ConfigureAwait(false);
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (Exception e) when (e is HttpRequestException or IOException || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            return false;
        }
    }

    /// <summary>Connects with TCP's own keepalive, so that a host that is gone is noticed however long its answers take.</summary>
    private static async ValueTask<Stream> Dial(SocketsHttpConnectionContext context, CancellationToken cancellation)
    {
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            socket.SetSocketOption(SocketOptionLevel.Socket, SocketOptionName.KeepAlive, true);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveTime, 30);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveInterval, 10);
            socket.SetSocketOption(SocketOptionLevel.Tcp, SocketOptionName.TcpKeepAliveRetryCount, 3);
            await socket.ConnectAsync(context.DnsEndPoint, cancellation).ConfigureAwait(false);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
