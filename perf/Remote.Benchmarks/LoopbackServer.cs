using System.Net;
using System.Net.Sockets;
using System.Net.WebSockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using EvalCore.Remote.Wire;

namespace Remote.Benchmarks;

/// <summary>
/// A server of openpi's protocol in this process, which answers each request with the same chunk, after a time in which it
/// computes nothing. Requests of several connections are answered one at a time, as openpi's server does, or all at once.
/// </summary>
internal sealed partial class LoopbackServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly SemaphoreSlim _turn = new(1);
    private readonly TimeSpan _inference;
    private readonly bool _inTurns;

    public LoopbackServer(TimeSpan inference = default, bool inTurns = false)
    {
        (_inference, _inTurns) = (inference, inTurns);
        _listener.Start();
        _ = Accept();
    }

    public string Address => $"ws://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}";

    public void Dispose()
    {
        _listener.Stop();
        _turn.Dispose();
    }

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Serve(await _listener.AcceptTcpClientAsync().ConfigureAwait(false));
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Stopped.
        }
    }

    private async Task Serve(TcpClient client)
    {
        using var _ = client;
        client.NoDelay = true;
        var stream = client.GetStream();
        byte[] buffer = new byte[1 << 16];
        int read = await stream.ReadAsync(buffer).ConfigureAwait(false);
        string key = Key().Match(Encoding.ASCII.GetString(buffer, 0, read)).Groups[1].Value;
#pragma warning disable CA5350 // SHA-1 is what the WebSocket protocol prescribes.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350
        await stream.WriteAsync(Encoding.ASCII.GetBytes(
            $"HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Accept: {accept}\r\n\r\n")).ConfigureAwait(false);
        using var socket = WebSocket.CreateFromStream(stream, new WebSocketCreationOptions { IsServer = true });
        await socket.SendAsync(Message(new MessagePackMap()), WebSocketMessageType.Binary, true, default).ConfigureAwait(false);
        var answer = Message(new MessagePackMap().Add("actions", new NdArray(DType.Float32, [10, 7], new byte[280])));
        try
        {
            while (true)
            {
                ValueWebSocketReceiveResult received;
                do
                    received = await socket.ReceiveAsync(buffer.AsMemory(), default).ConfigureAwait(false);
                while (!received.EndOfMessage);
                if (received.MessageType == WebSocketMessageType.Close)
                    return;
                if (_inTurns)
                    await _turn.WaitAsync().ConfigureAwait(false);
                if (_inference > TimeSpan.Zero)
                    await Task.Delay(_inference).ConfigureAwait(false);
                if (_inTurns)
                    _turn.Release();
                await socket.SendAsync(answer, WebSocketMessageType.Binary, true, default).ConfigureAwait(false);
            }
        }
        catch (Exception e) when (e is WebSocketException or IOException or ObjectDisposedException)
        {
            // The client is gone.
        }
    }

    private static byte[] Message(MessagePackMap map)
    {
        var writer = new MessagePackWriter(ArrayKeys.Binary);
        writer.Value(map);
        return writer.Written.ToArray();
    }

    [GeneratedRegex(@"Sec-WebSocket-Key: (\S+)")]
    private static partial Regex Key();
}
