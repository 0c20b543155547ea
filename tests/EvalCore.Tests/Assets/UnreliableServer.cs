using System.Net;
using System.Net.Sockets;
using System.Text;

namespace EvalCore.Tests.Assets;

/// <summary>A web server on this machine that cuts some connections in the middle of a file.</summary>
internal sealed class UnreliableServer : IDisposable
{
    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    private readonly IReadOnlyDictionary<string, byte[]> _files;
    private readonly Func<int, bool> _cuts;
    private readonly bool _ranges;
    private int _requests;
    private int _resumed;

    /// <param name="files">Contents by path.</param>
    /// <param name="cuts">Whether the request with a number, from 1, is cut in the middle of the file.</param>
    /// <param name="ranges">Whether the server supports range requests.</param>
    public UnreliableServer(IReadOnlyDictionary<string, byte[]> files, Func<int, bool> cuts, bool ranges = true)
    {
        (_files, _cuts, _ranges) = (files, cuts, ranges);
        _listener.Start();
        _ = Accept();
    }

    public Uri Address => new($"http://127.0.0.1:{((IPEndPoint)_listener.LocalEndpoint).Port}/");

    /// <summary>The number of requests.</summary>
    public int Requests => _requests;

    /// <summary>The number of requests that began in the middle of a file.</summary>
    public int Resumed => _resumed;

    public void Dispose() => _listener.Dispose();

    private async Task Accept()
    {
        try
        {
            while (true)
                _ = Answer(await _listener.AcceptTcpClientAsync());
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // The listener is disposed.
        }
    }

    private async Task Answer(TcpClient client)
    {
        using (client)
        {
            int number = Interlocked.Increment(ref _requests);
            var stream = client.GetStream();
            using var reader = new StreamReader(stream, leaveOpen: true);
            string path = (await reader.ReadLineAsync() ?? "").Split(' ').ElementAtOrDefault(1)?.TrimStart('/') ?? "";
            int from = 0;
            while (await reader.ReadLineAsync() is { Length: > 0 } header)
            {
                if (_ranges && header.StartsWith("Range: bytes=", StringComparison.OrdinalIgnoreCase))
                    from = int.Parse(header["Range: bytes=".Length..].TrimEnd('-'));
            }

            if (from > 0)
                Interlocked.Increment(ref _resumed);
            if (!_files.TryGetValue(Uri.UnescapeDataString(path), out byte[]? content))
            {
                await stream.WriteAsync("HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"u8.ToArray());
                return;
            }

            int length = content.Length - from;
            string status = from > 0 ? $"206 Partial Content\r\nContent-Range: bytes {from}-{content.Length - 1}/{content.Length}" : "200 OK";
            await stream.WriteAsync(Encoding.ASCII.GetBytes($"HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"));
            await stream.WriteAsync(content.AsMemory(from, _cuts(number) ? length / 2 : length));
        }
    }
}
