using System.Text.Json.Nodes;
using EvalCore.Remote.Wire;
using FsCheck.Xunit;

namespace EvalCore.Remote.Tests.Wire;

/// <summary>The codec against what the peers wrote and read (goldens/remote).</summary>
public sealed class WireTests
{
    [Theory]
    [InlineData("openpi")]
    [InlineData("vla_eval")]
    public void Every_recorded_message_is_read_as_the_peer_reads_it_and_written_to_the_byte(string protocol)
    {
        var keys = KeysOf(protocol);
        int messages = 0, images = 0;
        foreach (string session in SessionsOf(protocol))
        {
            foreach (var message in Json(session)["messages"]!.AsArray())
            {
                if (message!["file"] is null || (string)message["opcode"]! != "binary" || Path.GetFileName(session) == "badmsg.json" && (string)message["from"]! == "client")
                    continue;
                byte[] bytes = File.ReadAllBytes(Goldens.Find($"remote/{protocol}/{(string)message["file"]!}"));
                object? value = MessagePackReader.Read(bytes, keys);
                if (message["decoded"] is { } decoded)
                    Described.Check(decoded, value, Path.GetFileName(session));
                else
                    Described.Check(message["payload"]!, Assert.IsType<MessagePackMap>(value)["payload"], Path.GetFileName(session));
                Assert.Equal(bytes, Written(value, keys));
                messages++;
                images += Described.HasImageFile(value) ? 1 : 0;
            }
        }

        Assert.True(messages >= (protocol == "openpi" ? 20 : 70), $"{messages} messages");
        Assert.True(protocol == "vla_eval" ? images > 0 : images == 0);
    }

    [Fact]
    public void Every_value_that_openpi_writes_is_read_and_written_to_the_byte()
    {
        var cases = Json(Goldens.Find("remote/openpi/codec.json"))["encode"]!.AsArray();
        Assert.True(cases.Count > 50);
        foreach (var item in cases)
        {
            byte[] bytes = File.ReadAllBytes(Goldens.Find($"remote/openpi/{(string)item!["file"]!}"));
            object? value = MessagePackReader.Read(bytes, ArrayKeys.Binary);
            Described.Check(item["decoded"]!, value, (string)item["name"]!);
            Assert.Equal(bytes, Written(value, ArrayKeys.Binary));
        }
    }

    [Fact]
    public void Every_value_that_vla_eval_writes_is_read_and_written_to_the_byte()
    {
        foreach (var item in JsonNode.Parse(File.ReadAllText(Goldens.Find("remote/vla_eval/codec.json")))!.AsArray())
        {
            if (item!["file"] is not { } file)
                continue;
            byte[] bytes = File.ReadAllBytes(Goldens.Find($"remote/vla_eval/{(string)file!}"));
            object? value = MessagePackReader.Read(bytes, ArrayKeys.Text);
            Described.Check(item["decoded"]!, value, (string)item["name"]!);
            Assert.Equal(bytes, Written(value, ArrayKeys.Text));
        }
    }

    [Fact]
    public void Odd_messages_are_read_or_refused_as_openpi_does()
    {
        foreach (var item in Json(Goldens.Find("remote/openpi/codec.json"))["decode_only"]!.AsArray())
        {
            byte[] bytes = File.ReadAllBytes(Goldens.Find($"remote/openpi/{(string)item!["file"]!}"));
            if (item["error"] is not null)
                Assert.Throws<WireException>(() => MessagePackReader.Read(bytes, ArrayKeys.Binary));
            else
                Described.Check(item["decoded"]!, MessagePackReader.Read(bytes, ArrayKeys.Binary), (string)item["name"]!);
        }
    }

    [Theory]
    [InlineData("<c8")]
    [InlineData("|O")]
    [InlineData("|V4")]
    [InlineData("<f3")]
    [InlineData("<U0")]
    [InlineData("<U99999999")]
    [InlineData("<f16")]
    [InlineData("")]
    [InlineData("float")]
    public void A_type_that_does_not_travel_is_refused(string type) => Assert.Throws<WireException>(() => DType.Parse(type));

    [Theory]
    [InlineData("dd7fffffff")]
    [InlineData("dfffffffff")]
    [InlineData("c6ffffffff00")]
    [InlineData("dbffffffff41")]
    [InlineData("84c40b5f5f6e6461727261795f5fc3c40464617461c400c4056474797065a33c6634c4057368617065dd7fffffff")]
    [InlineData("84c40b5f5f6e6461727261795f5fc3c40464617461c400c4056474797065a33c6634c405736861706593ce7fffffffce7fffffffce7fffffff")]
    [InlineData("c1")]
    [InlineData("d40000")]
    [InlineData("a2c328")]
    public void A_hostile_message_is_refused_without_much_memory(string hex)
    {
        byte[] bytes = Convert.FromHexString(hex);
        long before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Throws<WireException>(() => MessagePackReader.Read(bytes, ArrayKeys.Binary));
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 1 << 20);
    }

    [Fact]
    public void A_message_of_many_levels_is_refused() =>
        Assert.Throws<WireException>(() => MessagePackReader.Read(Enumerable.Repeat((byte)0x91, 1 << 20).ToArray(), ArrayKeys.Binary));

    [Fact]
    public void Damaged_messages_end_in_one_exception_type()
    {
        string folder = Goldens.Find("remote/openpi/codec");
        byte[][] corpus =
        [
            .. Directory.GetFiles(folder).Where(file => new FileInfo(file).Length is > 0 and < 10_000).Select(File.ReadAllBytes),
            .. Directory.GetFiles(Goldens.Find("remote/vla_eval/frames"), "*server*.bin").Select(File.ReadAllBytes),
        ];
        Fuzz.Run(corpus, bytes =>
        {
            foreach (var keys in new[] { ArrayKeys.Binary, ArrayKeys.Text })
            {
                try
                {
                    object? value = MessagePackReader.Read(bytes, keys);
                    if (value is NdArray { Type.IsNumber: true } array)
                        _ = array.ToDoubles();

                    // What is read can be written.
                    Assert.NotEmpty(Written(value, keys));
                }
                catch (WireException)
                {
                    // What is expected.
                }
            }
        });
    }

    [Property]
    public void Numbers_and_strings_are_read_back(long whole, double real, string? text, byte[] bytes)
    {
        object?[] values = [whole, real, new string([.. (text ?? "").Where(letter => !char.IsSurrogate(letter))]), bytes ?? [], ulong.MaxValue, null, true];
        Assert.Equal(values, (object?[])MessagePackReader.Read(Written(values, ArrayKeys.Binary), ArrayKeys.Binary)!);
    }

    private static byte[] Written(object? value, ArrayKeys keys)
    {
        var writer = new MessagePackWriter(keys);
        writer.Value(value);
        return writer.Written.ToArray();
    }

    private static ArrayKeys KeysOf(string protocol) => protocol == "openpi" ? ArrayKeys.Binary : ArrayKeys.Text;

    private static IEnumerable<string> SessionsOf(string protocol) =>
        Directory.GetFiles(Goldens.Find($"remote/{protocol}"), "*.json").Where(file => Json(file) is JsonObject session && session["messages"] is JsonArray && session["session"] is not null);

    private static JsonNode Json(string file) => JsonNode.Parse(File.ReadAllText(file))!;
}
