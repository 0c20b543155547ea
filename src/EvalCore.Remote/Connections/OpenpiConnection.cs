using System.Buffers;
using System.Net.WebSockets;
using EvalCore.Policies;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Connections;

/// <summary>
/// openpi's protocol (openpi-client 0.1.2): metadata first, then one answer for each request, without numbers. A text message is
/// a traceback. What comes without a request ends the connection, because nothing else tells which answer belongs to what.
/// </summary>
internal sealed class OpenpiConnection(WebSocket socket, RepeatedAnswers repeated) : PolicyConnection(socket, ArrayKeys.Binary)
{
    private readonly ArrayBufferWriter<byte> _lastRequest = new();
    private byte[]? _greeting;
    private byte[] _lastAnswer = [];
    private volatile bool _isSameRequest;
    private Task<MessagePackMap>? _metadata;

    /// <summary>Awaits the metadata, which the server sends at once: called before <see cref="PolicyConnection.Listen"/>.</summary>
    public void ExpectMetadata() => _metadata = Expect();

    protected override Task<MessagePackMap> Greeting(CancellationToken cancellation) => _metadata!.WaitAsync(cancellation);

    protected override async Task<MessagePackMap> Answer(EpisodeRequest request, CancellationToken cancellation)
    {
        var written = request.Message.Written;
        _isSameRequest = written.Span.SequenceEqual(_lastRequest.WrittenSpan);
        _lastRequest.ResetWrittenCount();
        _lastRequest.Write(written.Span);
        var answer = Expect();
        await Send(written, cancellation).ConfigureAwait(false);
        return await answer.WaitAsync(cancellation).ConfigureAwait(false);
    }

    protected override void OnMessage(byte[] bytes, object? message)
    {
        if (message is not MessagePackMap map)
            throw new WireException("no map");

        if (_greeting is null)
        {
            _greeting = bytes;
        }
        else if (!map.Contains("actions") && !map.Contains("action") && bytes.AsSpan().SequenceEqual(_greeting))
        {
            Fail(new LostConnectionException("the server sent its metadata again"), isSuspect: true);
            return;
        }

        // openpi's servers put the time that they took into each answer, so an equal one is the same one, unless the observation is
        // that of before, or the server's times are round.
        if (map.Contains("server_timing"))
        {
            if (bytes.AsSpan().SequenceEqual(_lastAnswer) && !_isSameRequest && !repeated.IsOfServer(bytes))
            {
                Fail(new LostConnectionException("the server sent an answer twice"), isSuspect: true);
                return;
            }

            _lastAnswer = bytes;
        }

        if (!Deliver(map))
            Fail(new LostConnectionException("the server sent an answer that nothing asked for"), isSuspect: true);
    }

    protected override void OnText(string text) => Fail(new ServerErrorException(text));
}
