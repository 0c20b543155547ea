using System.Net.WebSockets;
using System.Security.Cryptography;
using EvalCore.Policies;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Connections;

/// <summary>
/// A WebSocket to a policy server, from its upgrade to its end. A loop receives for the whole life of the connection, so that
/// pings are answered while the simulator steps. At most one request is under way.
/// </summary>
internal abstract class PolicyConnection : IDisposable
{
    /// <summary>The longest message that is read, in bytes.</summary>
    public const int MaxMessageBytes = 256 << 20;

    private static readonly TimeSpan ClosePatience = TimeSpan.FromSeconds(1);

    private readonly WebSocket _socket;
    private readonly ArrayKeys _keys;
    private readonly CancellationTokenSource _end = new();
    private readonly Lock _lock = new();
    private TaskCompletionSource<MessagePackMap>? _awaited;
    private Exception? _failure;
    private Task _receiving = Task.CompletedTask;
    private bool _disposed;

    protected PolicyConnection(WebSocket socket, ArrayKeys keys) => (_socket, _keys) = (socket, keys);

    /// <summary>What the server states about itself: openpi's metadata, or the payload of vla-eval's hello.</summary>
    public MessagePackMap Hello { get; private set; } = new();

    /// <summary>The SHA-256 of <see cref="Hello"/>'s bytes.</summary>
    public string HelloSha256 { get; private set; } = "";

    /// <summary>Whether requests can be sent.</summary>
    public bool IsOpen
    {
        get
        {
            lock (_lock)
                return _failure is null && !_disposed;
        }
    }

    /// <summary>
    /// Whether an answer came that nothing had asked for: then an earlier one may have been the answer to another request, and
    /// no episode that used the connection counts.
    /// </summary>
    public bool IsSuspect { get; private set; }

    /// <summary>The number of answers so far.</summary>
    public int Answers { get; private set; }

    /// <summary>Begins to receive.</summary>
    public void Listen() => _receiving = Task.Run(Receive);

    /// <summary>Waits for what the server states about itself.</summary>
    /// <exception cref="ConnectException">The server speaks another protocol.</exception>
    public async Task Greet(CancellationToken cancellation)
    {
        Hello = await Greeting(cancellation).ConfigureAwait(false);
        var writer = new MessagePackWriter(_keys);
        writer.Value(Hello);
        HelloSha256 = Convert.ToHexStringLower(SHA256.HashData(writer.Written.Span));
    }

    /// <summary>Sends an observation and waits for its answer.</summary>
    /// <param name="request">The observation and its episode.</param>
    /// <param name="cancellation">Cancelled when the run stops, or when the answer takes too long; the connection is then lost.</param>
    /// <exception cref="LostConnectionException">The connection ended, or what came is no answer to this request.</exception>
    /// <exception cref="ServerErrorException">The server reported an error of its policy.</exception>
    public async Task<MessagePackMap> Ask(EpisodeRequest request, CancellationToken cancellation)
    {
        try
        {
            var answer = await Answer(request, cancellation).ConfigureAwait(false);
            Answers++;
            return answer;
        }
        catch (OperationCanceledException)
        {
            // Its answer may still come, and would be taken for that of the next request.
            Fail(new LostConnectionException("the connection was given up while it waited for an answer"));
            throw;
        }
    }

    /// <summary>Tells the server that an episode is over, where its protocol has a message for it.</summary>
    public virtual Task EndEpisode(EpisodeRequest request, bool success, int steps, CancellationToken cancellation) => Task.CompletedTask;

    /// <summary>Closes the connection; a server that does not read is not waited for.</summary>
    public void Dispose()
    {
        lock (_lock)
        {
            if (_disposed)
                return;
            _disposed = true;
        }

        try
        {
            if (_socket.State == WebSocketState.Open)
            {
                using var patience = new CancellationTokenSource(ClosePatience);
                _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, patience.Token).GetAwaiter().GetResult();
            }
        }
#pragma warning disable CA1031 // Any exception: the connection is not needed any more.
        catch (Exception)
#pragma warning restore CA1031
        {
        }

        _end.Cancel();
        _socket.Dispose();
        _ = _receiving.ContinueWith(_ => _end.Dispose(), CancellationToken.None, TaskContinuationOptions.ExecuteSynchronously, TaskScheduler.Default);
    }

    /// <summary>Does the protocol's part of <see cref="Greet"/>.</summary>
    protected abstract Task<MessagePackMap> Greeting(CancellationToken cancellation);

    /// <summary>Does the protocol's part of <see cref="Ask"/>.</summary>
    protected abstract Task<MessagePackMap> Answer(EpisodeRequest request, CancellationToken cancellation);

    /// <summary>Called for each binary message, on the thread that receives.</summary>
    /// <exception cref="WireException">The message is not of the protocol.</exception>
    protected abstract void OnMessage(byte[] bytes, object? message);

    /// <summary>Called for each text message, on the thread that receives.</summary>
    /// <exception cref="WireException">The protocol has none.</exception>
    protected virtual void OnText(string text) => throw new WireException("a text message");

    /// <summary>Announces that a message is awaited; there is no other.</summary>
    protected Task<MessagePackMap> Expect()
    {
        var awaited = new TaskCompletionSource<MessagePackMap>(TaskCreationOptions.RunContinuationsAsynchronously);
        lock (_lock)
        {
            if (_failure is not null)
                awaited.SetException(_failure);
            else
                _awaited = awaited;
        }

        return awaited.Task;
    }

    /// <summary>Gives a message to what awaits it; false where nothing does.</summary>
    protected bool Deliver(MessagePackMap message)
    {
        TaskCompletionSource<MessagePackMap>? awaited;
        lock (_lock)
            (awaited, _awaited) = (_awaited, null);
        return awaited?.TrySetResult(message) ?? false;
    }

    /// <summary>Gives an error to what awaits a message; the connection stays open. False where nothing waits.</summary>
    protected bool DeliverError(Exception error)
    {
        TaskCompletionSource<MessagePackMap>? awaited;
        lock (_lock)
            (awaited, _awaited) = (_awaited, null);
        return awaited?.TrySetException(error) ?? false;
    }

    /// <summary>Ends the connection. The first reason counts.</summary>
    protected void Fail(Exception failure, bool isSuspect = false)
    {
        TaskCompletionSource<MessagePackMap>? awaited;
        lock (_lock)
        {
            _failure ??= failure;
            failure = _failure;
            IsSuspect |= isSuspect;
            (awaited, _awaited) = (_awaited, null);
        }

        _socket.Abort();
        awaited?.TrySetException(failure);
    }

    /// <summary>Sends one message.</summary>
    /// <exception cref="LostConnectionException">The connection ended.</exception>
    protected async Task Send(ReadOnlyMemory<byte> message, CancellationToken cancellation)
    {
        try
        {
            await _socket.SendAsync(message, WebSocketMessageType.Binary, endOfMessage: true, cancellation).ConfigureAwait(false);
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException or InvalidOperationException
            || (e is OperationCanceledException && !cancellation.IsCancellationRequested))
        {
            // A socket that the receiving loop has just aborted reports a cancellation.
            Fail(new LostConnectionException("the connection ended", e));
            lock (_lock)
                throw _failure!;
        }
    }

    private async Task Receive()
    {
        try
        {
            byte[] buffer = new byte[1 << 16];
            while (true)
            {
                int length = 0;
                ValueWebSocketReceiveResult received;
                do
                {
                    if (length == buffer.Length)
                    {
                        if (length >= MaxMessageBytes)
                            throw new WireException($"a message of more than {MaxMessageBytes >> 20} MiB");
                        Array.Resize(ref buffer, (int)Math.Min(2L * length, MaxMessageBytes));
                    }

                    received = await _socket.ReceiveAsync(buffer.AsMemory(length), _end.Token).ConfigureAwait(false);
                    length += received.Count;
                }
                while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close)
                {
                    string reason = string.Join(", ", new[] { ((int?)_socket.CloseStatus)?.ToString(System.Globalization.CultureInfo.InvariantCulture), _socket.CloseStatusDescription }.Where(part => !string.IsNullOrEmpty(part)));
                    Fail(new LostConnectionException($"the server closed the connection{(reason.Length > 0 ? $" ({OneLine.Of(reason)})" : "")}"));
                    return;
                }

                if (received.MessageType == WebSocketMessageType.Text)
                {
                    OnText(System.Text.Encoding.UTF8.GetString(buffer, 0, length));
                    continue;
                }

                byte[] bytes = buffer.AsSpan(0, length).ToArray();
                OnMessage(bytes, MessagePackReader.Read(bytes, _keys));
            }
        }
        catch (WireException e)
        {
            Fail(new LostConnectionException($"the server sent a damaged message: {e.Message}", e));
        }
#pragma warning disable CA1031 // Any exception: the loop has no other caller.
        catch (Exception e)
#pragma warning restore CA1031
        {
            Fail(new LostConnectionException("the connection ended", e));
        }
    }
}
