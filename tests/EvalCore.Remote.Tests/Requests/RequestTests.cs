using System.Globalization;
using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Remote.Connections;
using EvalCore.Remote.Requests;
using EvalCore.Remote.Wire;

namespace EvalCore.Remote.Tests.Requests;

/// <summary>Requests that are built from an observation, to the byte of those that the peers' clients sent.</summary>
public sealed class RequestTests
{
    private static readonly EnvTask Spatial = new("libero", "libero_spatial", 0, "task", "pick up the black bowl between the plate and the ramekin and place it on the plate");

    [Fact]
    public void The_request_of_openpis_LIBERO_client_is_written_to_the_byte()
    {
        var trace = JsonNode.Parse(File.ReadAllText(Goldens.Find("remote/openpi/libero_trace.json")))!;
        using var images = Goldens.Open("remote/openpi/libero_first_observation.safetensors");
        var space = LiberoSpace(256);
        var observation = new Observation(space);
        Turned(images.Span<byte>("agentview_raw_256")).CopyTo(observation.Image("observation.images.image"));
        Turned(images.Span<byte>("wrist_raw_256")).CopyTo(observation.Image("observation.images.image2"));
        var first = trace["steps"]![0]!;
        SetState(observation, Numbers(first["state_f64"]!)[..3], Numbers(first["eef_quat_xyzw"]!), Numbers(first["state_f64"]!)[6..]);

        var mapping = RequestMapping.Of(new RemoteConfig(), new PolicyContext(space) { Suite = "libero" }, new MessagePackMap());
        var writer = new MessagePackWriter(ArrayKeys.Binary);
        mapping.Write(writer, observation, Spatial);
        Assert.Equal(File.ReadAllBytes(Goldens.Find("remote/openpi/frames/libero_first_request.bin")), writer.Written.ToArray());
    }

    [Fact]
    public void The_messages_of_vla_evals_client_are_written_to_the_byte()
    {
        // The recorded client also sends the controller's pose, which only X-VLA's server reads: its entry is taken away.
        var recorded = Assert.IsType<MessagePackMap>(Read("one_action_raw_03_client_observation.bin"));
        var payload = Assert.IsType<MessagePackMap>(recorded["payload"]);
        Assert.Equal("controller_states", payload.Entries[^1].Key.Text);
        payload.Entries.RemoveAt(payload.Count - 1);
        var expected = new MessagePackWriter(ArrayKeys.Text);
        expected.Value(recorded);

        var space = LiberoSpace(32);
        var observation = new Observation(space);
        var pictures = Assert.IsType<MessagePackMap>(payload["images"]);
        Assert.IsType<NdArray>(pictures["agentview"]).Data.Span.CopyTo(observation.Image("observation.images.image"));
        Assert.IsType<NdArray>(pictures["wrist"]).Data.Span.CopyTo(observation.Image("observation.images.image2"));
        var task = new EnvTask("libero", "libero_spatial", 3, "task", Assert.IsType<string>(payload["task_description"]));
        var asked = new MessagePackMap().Add("send_state", true).Add("send_wrist_image", true);
        var mapping = RequestMapping.Of(new RemoteConfig { Protocol = "vla-eval" }, new PolicyContext(space) { Suite = "libero" }, asked);
        var writer = new MessagePackWriter(ArrayKeys.Text);
        VlaEvalConnection.WriteBeginning(writer, "observation");
        mapping.Write(writer, observation, task);
        VlaEvalConnection.WriteEnd(writer, 3, (double)recorded["timestamp"]!);

        // The recorded state is eight numbers of no pose: it is compared by its form alone.
        var written = Assert.IsType<MessagePackMap>(MessagePackReader.Read(writer.Written.ToArray(), ArrayKeys.Text));
        var states = Assert.IsType<NdArray>(Assert.IsType<MessagePackMap>(written["payload"])["states"]);
        var theirs = Assert.IsType<NdArray>(payload["states"]);
        Assert.Equal((theirs.Type, 8), (states.Type, states.Length));
        byte[] bytes = writer.Written.ToArray();
        int at = bytes.AsSpan().IndexOf(states.Data.Span);
        theirs.Data.CopyTo(bytes.AsMemory(at));
        Assert.Equal(expected.Written.ToArray(), bytes);
    }

    [Fact]
    public void The_start_and_the_end_of_an_episode_are_written_to_the_byte()
    {
        Check("one_action_raw_02_client_episode_start.bin", "episode_start", VlaEvalConnection.StartPayload("pick up the black bowl", "libero_spatial", 3, 7));
        Check("chunk3_13_client_episode_end.bin", "episode_end", VlaEvalConnection.EndPayload(success: true, steps: 5, elapsedS: 1.2341));

        static void Check(string file, string type, MessagePackMap payload)
        {
            var recorded = (MessagePackMap)Read(file)!;
            var writer = new MessagePackWriter(ArrayKeys.Text);
            VlaEvalConnection.WriteBeginning(writer, type);
            writer.Value(payload);
            VlaEvalConnection.WriteEnd(writer, (long)recorded["seq"]!, (double)recorded["timestamp"]!);
            Assert.Equal(File.ReadAllBytes(Goldens.Find($"remote/vla_eval/frames/{file}")), writer.Written.ToArray());
        }
    }

    [Fact]
    public void The_server_decides_which_images_and_states_vla_eval_sends()
    {
        var context = new PolicyContext(LiberoSpace(32)) { Suite = "libero" };
        var config = new RemoteConfig { Protocol = "vla-eval" };
        Assert.Equal("{images: {agentview: observation.images.image}; task_description: task}", RequestMapping.Of(config, context, new MessagePackMap()).Content);
        var asked = new MessagePackMap().Add("send_state", true).Add("quat_no_antipodal", true);
        Assert.Equal(
            "{images: {agentview: observation.images.image}; task_description: task; states: position, axis-angle (w kept), fingers}", RequestMapping.Of(config, context, asked).Content);
    }

    [Fact]
    public void Other_suites_have_their_own_names()
    {
        var context = new PolicyContext(new ObservationSpace(ObservationField.Image("observation.image", 96, 96), ObservationField.Vector("observation.state", 2))) { Suite = "pusht" };
        Assert.Equal(
            "{observation/image: observation.image; observation/state: observation.state; prompt: task}", RequestMapping.Of(new RemoteConfig(), context, new MessagePackMap()).Content);
        Assert.Equal(
            "{images: {image: observation.image}; task_description: task; states: observation.state}",
            RequestMapping.Of(new RemoteConfig { Protocol = "vla-eval" }, context, new MessagePackMap()).Content);
    }

    [Fact]
    public void A_mapping_can_nest_resize_and_put_the_colours_first()
    {
        var space = new ObservationSpace(ObservationField.Image("observation.image", 2, 3), ObservationField.Vector("observation.state", 2));
        var config = new RemoteConfig
        {
            RequestKeys = new Dictionary<string, string> { ["state"] = "observation.state", ["images[top]"] = "observation.image", ["prompt"] = "task" },
            ImageLayout = "chw",
        };
        var observation = new Observation(space);
        for (int i = 0; i < 18; i++)
            observation.Image(0)[i] = (byte)i;
        var writer = new MessagePackWriter(ArrayKeys.Binary);
        RequestMapping.Of(config, new PolicyContext(space), new MessagePackMap()).Write(writer, observation, Spatial);
        var request = Assert.IsType<MessagePackMap>(MessagePackReader.Read(writer.Written, ArrayKeys.Binary));
        Assert.Equal(["state", "images", "prompt"], request.Entries.Select(entry => entry.Key.Text));
        var image = Assert.IsType<NdArray>(Assert.IsType<MessagePackMap>(request["images"])["top"]);
        Assert.Equal([3, 2, 3], image.Shape);
        Assert.Equal([0, 3, 6, 9, 12, 15, 1, 4, 7, 10, 13, 16, 2, 5, 8, 11, 14, 17], image.ToDoubles());
    }

    /// <summary>An image as the suite observes it, from one as the simulator renders it: turned by 180 degrees.</summary>
    internal static byte[] Turned(ReadOnlySpan<byte> image)
    {
        byte[] turned = new byte[image.Length];
        for (int i = 0; i < image.Length; i += 3)
            image.Slice(i, 3).CopyTo(turned.AsSpan(image.Length - 3 - i));
        return turned;
    }

    private static object? Read(string file) => MessagePackReader.Read(File.ReadAllBytes(Goldens.Find($"remote/vla_eval/frames/{file}")), ArrayKeys.Text);

    private static ObservationSpace LiberoSpace(int size) => new(
        ObservationField.Image("observation.images.image", size, size), ObservationField.Image("observation.images.image2", size, size),
        ObservationField.Vector(LiberoStateField.Position, 3), ObservationField.Vector(LiberoStateField.Quaternion, 4), ObservationField.Vector(LiberoStateField.Gripper, 2));

    private static void SetState(Observation observation, double[] position, double[] quaternion, double[] gripper)
    {
        position.CopyTo(observation.Vector(LiberoStateField.Position));
        quaternion.CopyTo(observation.Vector(LiberoStateField.Quaternion));
        gripper.CopyTo(observation.Vector(LiberoStateField.Gripper));
    }

    private static double[] Numbers(JsonNode list) => [.. list.AsArray().Select(number => double.Parse(number!.ToJsonString(), CultureInfo.InvariantCulture))];
}
