using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;

namespace EvalCore.Remote.Tests.Servers;

/// <summary>
/// Sends what a server sent in a recorded session, in pieces of a few bytes: the upgrade, the first frame, and the next one for each
/// frame that it receives. Only the upgrade's answer to the client's random key is computed.
/// </summary>
internal sealed partial class RecordedServer : IDisposable
{
    private const int Piece = 7;

    private readonly TcpListener _listener = new(IPAddress.Loopback, 0);

    /// <param name="sent">Every byte that the server sent.</param>
    public RecordedServer(byte[] sent)
    {
        _listener.Start();
        _ = Serve(sent);
    }

    /// <summary>The address.</summary>
    public string Address => $"ws://{_listener.LocalEndpoint}";

    /// <summary>The payloads of the frames that it received.</summary>
    public List<byte[]> Received { get; } = [];

    public void Dispose() => _listener.Dispose();

    private async Task Serve(byte[] sent)
    {
        using var client = await _listener.AcceptTcpClientAsync();
        client.NoDelay = true;
        await using var stream = client.GetStream();
        string request = await Head(stream);
        string key = Key().Match(request).Groups[1].Value;
#pragma warning disable CA5350 // RFC 6455, 4.2.2 asks for SHA-1.
        string accept = Convert.ToBase64String(SHA1.HashData(Encoding.ASCII.GetBytes(key + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11")));
#pragma warning restore CA5350

        int end = sent.AsSpan().IndexOf("\r\n\r\n"u8) + 4;
        await Write(stream, Encoding.ASCII.GetBytes(Accept().Replace(Encoding.ASCII.GetString(sent, 0, end), accept)));
        while (end < sent.Length)
        {
            int length = FrameLength(sent.AsSpan(end));
            await Write(stream, sent.AsMemory(end, length));
            end += length;
            if (end < sent.Length)
                Received.Add(await Frame(stream));
        }
    }

    private static async Task Write(NetworkStream stream, ReadOnlyMemory<byte> bytes)
    {
        for (int i = 0; i < bytes.Length; i += Piece)
            await stream.WriteAsync(bytes[i..Math.Min(i + Piece, bytes.Length)]);
    }

    private static async Task<string> Head(NetworkStream stream)
    {
        var head = new StringBuilder();
        byte[] letter = new byte[1];
        while (!head.ToString().EndsWith("\r\n\r\n", StringComparison.Ordinal))
        {
            await stream.ReadExactlyAsync(letter);
            head.Append((char)letter[0]);
        }

        return head.ToString();
    }

    /// <summary>The bytes of a frame without a mask, its header included (RFC 6455, 5.2).</summary>
    private static int FrameLength(ReadOnlySpan<byte> frame) => (frame[1] & 0x7f) switch
    {
        126 => 4 + BinaryPrimitives.ReadUInt16BigEndian(frame[2..]),
        127 => 10 + (int)BinaryPrimitives.ReadUInt64BigEndian(frame[2..]),
        var length => 2 + length,
    };

    /// <summary>Reads a masked frame.</summary>
    private static async Task<byte[]> Frame(NetworkStream stream)
    {
        byte[] start = await Read(stream, 2);
        int length = (start[1] & 0x7f) switch
        {
            126 => BinaryPrimitives.ReadUInt16BigEndian(await Read(stream, 2)),
            127 => (int)BinaryPrimitives.ReadUInt64BigEndian(await Read(stream, 8)),
            var few => few,
        };
        byte[] mask = await Read(stream, 4), payload = await Read(stream, length);
        for (int i = 0; i < payload.Length; i++)
            payload[i] ^= mask[i % 4];
        return payload;
    }

    private static async Task<byte[]> Read(NetworkStream stream, int count)
    {
        byte[] bytes = new byte[count];
        await stream.ReadExactlyAsync(bytes);
        return bytes;
    }

    [GeneratedRegex(@"(?i)Sec-WebSocket-Key: *(\S+)")]
    private static partial Regex Key();

    [GeneratedRegex(@"(?<=Sec-WebSocket-Accept: )\S+")]
    private static partial Regex Accept();
}
