using EvalCore.Environments;
using EvalCore.Remote.Connections;
using EvalCore.Remote.Tests.Servers;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Tests.Wire;

/// <summary>A session of openpi's client and server, as it was recorded on the network.</summary>
public sealed class RecordedSessionTests
{
    [Fact]
    public async Task The_recorded_session_is_repeated_byte_for_byte()
    {
        byte[][] requests = Frames("client"), answers = Frames("server");
        using var server = new RecordedServer(File.ReadAllBytes(Goldens.Find("remote/openpi/wire/infer32_s2c.bin")));
        using var connector = new Connector(new Uri(server.Address), RemoteConfig.Openpi, null, TimeSpan.FromSeconds(60), TimeProvider.System);
        using var connection = await connector.Open(TimeSpan.Zero, null, TestContext.Current.CancellationToken);
        Assert.Equal(answers[0], Written(connection.Hello));
        for (int i = 0; i < requests.Length; i++)
        {
            var request = new EpisodeRequest(new EpisodeSpec(new EnvTask("walk", "walk", 0, "walk", ""), 0, 1000), ArrayKeys.Binary);
            request.Message.Value(MessagePackReader.Read(requests[i], ArrayKeys.Binary));
            var answer = await connection.Ask(request, TestContext.Current.CancellationToken);
            Assert.Equal(answers[i + 1], Written(answer));
        }

        Assert.Equal(requests, server.Received.Take(requests.Length));
    }

    private static byte[][] Frames(string side) =>
        [.. Directory.GetFiles(Goldens.Find("remote/openpi/frames"), $"infer32_*_{side}_binary.bin").Order(StringComparer.Ordinal).Select(File.ReadAllBytes)];

    private static byte[] Written(object message)
    {
        var writer = new MessagePackWriter(ArrayKeys.Binary);
        writer.Value(message);
        return writer.Written.ToArray();
    }
}
