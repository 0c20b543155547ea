using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EvalCore.Tests.Assets;

/// <summary>A server on this machine that accepts every connection, sends the same bytes to each request, and then nothing more.</summary>
internal sealed class SilentServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly List<TcpClient> _clients = [];
    private readonly string _answer;
    private readonly bool _drips;
    private int _requests;

    /// <param name="answer">What it sends; empty for nothing at all.</param>
    /// <param name="drips">Whether it then sends a byte from time to time, without an end.</param>
    public SilentServer(string answer = "", bool drips = false)
    {
        (_answer, _drips) = (answer, drips);
        _listener.Start();
        _ = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>The number of connections.</summary>
    public int Requests => _requests;

    public void Dispose()
    {
        _listener.Dispose();
        lock (_clients)
            _clients.ForEach(client => client.Dispose());
    }

    private static async Task Drip(NetworkStream stream)
    {
        try
        {
            while (true)
            {
                await stream.WriteAsync("x"u8.ToArray());
                await Task.Delay(20);
            }
        }
        catch (Exception e) when (e is IOException or ObjectDisposedException)
        {
            // The client has given up.
        }
    }

    private async Task Accept()
    {
        try
        {
            while (true)
            {
                var client = await _listener.AcceptTcpClientAsync();
                Interlocked.Increment(ref _requests);
                lock (_clients)
                    _clients.Add(client);
                var stream = client.GetStream();
                _ = await stream.ReadAsync(new byte[4096]);
                await stream.WriteAsync(Encoding.ASCII.GetBytes(_answer));
                if (_drips)
                    _ = Drip(stream);
            }
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException or IOException)
        {
            // The listener or a client is disposed.
        }
    }
}
