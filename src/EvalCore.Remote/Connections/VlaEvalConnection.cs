using System.Net.WebSockets;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Connections;

/// <summary>
/// vla-eval's protocol (vla-eval 0.8.0): typed messages with numbers, hello, an episode's start and end. An answer is matched by
/// its number; others are dropped. A connection plays one episode at a time.
/// </summary>
internal sealed class VlaEvalConnection(WebSocket socket, string harnessVersion, TimeProvider time) : PolicyConnection(socket, ArrayKeys.Text)
{
    /// <summary>The version of the protocol.</summary>
    public const int ProtocolVersion = 1;

    private readonly MessagePackWriter _message = new(ArrayKeys.Text);
    private long _seq;
    private long _awaitedSeq;
    private long _startSeq;

    /// <summary>Writes a message up to its payload.</summary>
    /// <param name="writer">The writer; cleared before.</param>
    /// <param name="type">The message's type.</param>
    public static void WriteBeginning(MessagePackWriter writer, string type)
    {
        writer.Clear();
        writer.Map(4);
        writer.Text("type");
        writer.Text(type);
        writer.Text("payload");
    }

    /// <summary>Writes what follows a message's payload.</summary>
    /// <param name="writer">The writer.</param>
    /// <param name="seq">The message's number.</param>
    /// <param name="timestamp">The time in seconds since 1970.</param>
    public static void WriteEnd(MessagePackWriter writer, long seq, double timestamp)
    {
        writer.Text("seq");
        writer.Int(seq);
        writer.Text("timestamp");
        writer.Double(timestamp);
    }

    /// <summary>The payload of <c>episode_start</c>.</summary>
    public static MessagePackMap StartPayload(string name, string suite, int taskId, int episodeIndex) => new MessagePackMap().Add(
        "task", new MessagePackMap().Add("name", name).Add("suite", suite).Add("task_id", taskId).Add("episode_idx", episodeIndex));

    /// <summary>The payload of <c>episode_end</c>.</summary>
    public static MessagePackMap EndPayload(bool success, int steps, double elapsedS) => new MessagePackMap()
        .Add("metrics", new MessagePackMap().Add("success", success)).Add("steps", steps).Add("elapsed_sec", Math.Round(elapsedS, 3));

    /// <inheritdoc/>
    public override async Task EndEpisode(EpisodeRequest request, bool success, int steps, CancellationToken cancellation)
    {
        if (!request.HasStarted)
            return;
        double elapsed = time.GetElapsedTime(request.StartedAt).TotalSeconds;
        await Say("episode_end", EndPayload(success, steps, elapsed), cancellation).ConfigureAwait(false);
    }

    protected override async Task<MessagePackMap> Greeting(CancellationToken cancellation)
    {
        var hello = Expect();
        Volatile.Write(ref _awaitedSeq, _seq + 1);
        await Say("hello", new MessagePackMap().Add("harness_version", harnessVersion).Add("protocol_version", ProtocolVersion), cancellation).ConfigureAwait(false);
        return await hello.WaitAsync(cancellation).ConfigureAwait(false);
    }

    protected override async Task<MessagePackMap> Answer(EpisodeRequest request, CancellationToken cancellation)
    {
        if (!request.HasStarted)
        {
            Volatile.Write(ref _startSeq, _seq + 1);
            Volatile.Write(ref _awaitedSeq, _seq + 2);
        }
        else
            Volatile.Write(ref _awaitedSeq, _seq + 1);
        var answer = Expect();
        if (!request.HasStarted)
        {
            var (task, index) = (request.Episode.Task, request.Episode.Index);
            request.StartedAt = time.GetTimestamp();
            await Say("episode_start", StartPayload(task.Description.Length > 0 ? task.Description : task.Name, task.Group, task.Id, index), cancellation).ConfigureAwait(false);
            request.HasStarted = true;
        }

        int payloadEnd = request.Message.Written.Length;
        WriteEnd(request.Message, ++_seq, Now);
        await Send(request.Message.Written, cancellation).ConfigureAwait(false);
        request.Message.Truncate(payloadEnd);
        return await answer.WaitAsync(cancellation).ConfigureAwait(false);
    }

    protected override void OnMessage(byte[] bytes, object? message)
    {
        if (message is not MessagePackMap map)
            throw new WireException("no map");
        if (map["type"] is not string type || map["seq"] is not long seq || map["payload"] is not MessagePackMap payload)
        {
            // openpi's metadata comes at once, and has no type.
            if (Volatile.Read(ref _awaitedSeq) <= 1 && !map.Contains("type"))
                Fail(new ConnectException("the server speaks openpi's protocol: give --policy.protocol=openpi", isTransient: false));
            else
                throw new WireException("no message with a type, a number and a payload");
            return;
        }

        long awaited = Volatile.Read(ref _awaitedSeq);
        switch (type)
        {
            case "hello" or "action" when seq == awaited:
                Deliver(payload);
                break;
            case "error" when seq == awaited:
            case "error" when seq == Volatile.Read(ref _startSeq):
                DeliverError(new ServerErrorException(payload["error"] as string ?? "an error without a text"));
                break;
            case "hello" or "action" or "error":
                // An answer that came before, or to another request: not to be used.
                break;
            default:
                throw new WireException("a message of an unknown type");
        }
    }

    private double Now => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).TotalSeconds;

    private Task Say(string type, MessagePackMap payload, CancellationToken cancellation)
    {
        WriteBeginning(_message, type);
        _message.Value(payload);
        WriteEnd(_message, ++_seq, Now);
        return Send(_message.Written, cancellation);
    }
}
