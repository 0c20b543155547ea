using System.Text.Json.Nodes;
using EvalCore.Environments;
using EvalCore.Inference;
using EvalCore.Policies;
using Safetensors;
using static EvalCore.Torch.Tests.Closeness;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>X-VLA against LeRobot, with the noise that LeRobot drew.</summary>
public class XVlaTests
{
    private static readonly string[] Cameras = ["observation.images.image", "observation.images.image2"];

    [Theory]
    [InlineData("b1", Batching.Exact)]
    [InlineData("b3", Batching.Exact)]
    [InlineData("b3", Batching.Dynamic)]
    public void Chunks_and_actions_equal_LeRobots(string name, Batching batching)
    {
        var golden = new GoldenCase("xvla", name);
        using var result = golden.Infer(drawsOf: "select", batching);
        golden.Compare(result, "chunk", raw: 1e-5, post: 1e-5);
        golden.Compare(result, "select", raw: 1e-5, post: 1e-5);
    }

    [Fact]
    public void Every_module_computes_what_LeRobot_computes() => new GoldenCase("xvla", "b1").CompareModules(1e-5);

    [Fact]
    public void The_pre_processor_gives_what_LeRobots_gives()
    {
        var golden = new GoldenCase("xvla", "b1");
        using var expected = golden.Open("pre");
        using var input = new StoredObservations(golden.PathOf("obs"));
        using var policy = LeRobotPolicy.Load(golden.Config(), new PolicyContext(input.Space) { Warn = Assert.Fail });
        using var session = (LeRobotSession)policy.NewSession(TestEpisode.Of(1000, golden.Tasks[0]));
        var observation = new Observation(input.Space);
        input.Read(0, 0, observation);
        session.Observe(observation);
        using var scope = TorchSharp.torch.NewDisposeScope();
        var transition = policy.Preprocess(session);
        foreach (string name in (string[])[.. Cameras, "observation.state"])
            Close(expected.Span<float>($"pre.{name}"), transition.Observation[name].data<float>().ToArray(), 1e-6, name);
        Assert.Equal(expected.Read<long>("pre.observation.language.tokens"), transition.Observation["observation.language.tokens"].data<long>().ToArray());
        Assert.Equal(expected.Read<long>("pre.domain_id"), transition.ComplementaryData["domain_id"].data<long>().ToArray());
    }

    /// <summary>A copy of the reference checkpoint that plays LIBERO, as those on the Hub: LeRobot's steps for LIBERO normalise the images.</summary>
    private static TestFolder ForLibero()
    {
        var folder = new TestFolder(new GoldenCase("xvla", "b1").Checkpoint);
        folder.Edit("policy_preprocessor.json", json =>
        {
            var steps = json["steps"]!.AsArray();
            foreach (var step in steps.Where(step => step!["registry_name"]!.ToString() is "xvla_image_to_float" or "xvla_imagenet_normalize").ToList())
                steps.Remove(step);
        });
        return folder;
    }

    private static ObservationSpace Libero => new(
        ObservationField.Image(Cameras[0], 64, 64), ObservationField.Image(Cameras[1], 64, 64),
        ObservationField.Vector("observation.state", 8), ObservationField.Vector("observation.robot_state.eef.mat", 9));

    private static ActionSpace Pose(bool isRelative) =>
        new([.. Enumerable.Range(0, 7).Select(i => new ActionComponent($"{i}", "", -1, 1, isRelative && i < 6))]);

    [Fact]
    public void LIBERO_is_played_through_the_steps_that_LeRobot_has_for_it()
    {
        var golden = new GoldenCase("xvla", "b1");
        using var folder = ForLibero();
        var notes = new List<string>();
        using var policy = LeRobotPolicy.Load(
            TestPolicy.Config(folder.Root, GoldenCase.Flags("xvla")), new PolicyContext(Libero) { ActionSpace = Pose(isRelative: false), Warn = notes.Add });
        Assert.Empty(notes);
        Assert.Equal(7, policy.ActionDimension);
        Assert.Equal([.. Cameras, "observation.state", "observation.robot_state.eef.mat"], policy.ObservationKeys);

        // What LeRobot's steps give the same network: of EvalCore's images, which are turned, the second as LIBERO has it.
        using var plain = LeRobotPolicy.Load(golden.Config(), new PolicyContext(golden.Space) { Warn = Assert.Fail });
        var random = new Random(5);
        var seen = new Observation(Libero);
        var given = new Observation(golden.Space);
        random.NextBytes(seen.Image(Cameras[0]));
        seen.Image(Cameras[0]).CopyTo(given.Image(Cameras[0]));
        random.NextBytes(seen.Image(Cameras[1]));
        for (int i = 0; i < 64 * 64; i++)
            seen.Image(Cameras[1]).Slice(3 * i, 3).CopyTo(given.Image(Cameras[1]).Slice(3 * (64 * 64 - 1 - i), 3));
        double[] state = [.. Enumerable.Range(0, 8).Select(_ => random.NextDouble())], matrix = [.. Enumerable.Range(0, 9).Select(_ => random.NextDouble())];
        state.CopyTo(seen.Vector("observation.state"));
        matrix.CopyTo(seen.Vector("observation.robot_state.eef.mat"));
        ((double[])[.. state[..3], matrix[0], matrix[3], matrix[6], matrix[1], matrix[4], matrix[7]]).CopyTo(given.Vector("observation.state"));

        var (raw, actions) = Infer(policy, seen);
        var (expected, _) = Infer(plain, given);
        Assert.Equal(expected, raw);
        Assert.Equal(8 * 7, actions.Length);
        for (int step = 0; step < 8; step++)
        {
            Assert.Equal(raw.AsSpan(20 * step, 3).ToArray(), actions.AsSpan(7 * step, 3).ToArray());
            Assert.Equal(raw[20 * step + 9] > 0.5f ? 1 : -1, actions[7 * step + 6]);
        }

        (float[] Raw, float[] Actions) Infer(LeRobotPolicy of, Observation observation)
        {
            using var session = of.NewSession(TestEpisode.Of(1000, golden.Tasks[0]), draws: null);
            session.Observe(observation);
            of.Infer([session], CancellationToken.None);
            return (session.RawChunk.ToArray(), session.Chunk.ToArray());
        }
    }

    [Fact]
    public void What_does_not_go_together_with_LIBERO_is_said_before_the_first_episode()
    {
        using var folder = ForLibero();
        var notes = new List<string>();
        LeRobotPolicy.Load(
            TestPolicy.Config(folder.Root, GoldenCase.Flags("xvla")), new PolicyContext(Libero) { ActionSpace = Pose(isRelative: true), Warn = notes.Add }).Dispose();
        Assert.Equal(
            "X-VLA's actions are positions and orientations, but the environment's are relative to the hand; give --env.control_mode=absolute", Assert.Single(notes));

        string message = Fails(new PolicyContext(Libero), new GoldenCase("xvla", "b1").Checkpoint);
        Assert.Contains("policy_preprocessor.json: step 'xvla_imagenet_normalize': 'observation.images.image' has numbers from -2.", message, StringComparison.Ordinal);
        Assert.EndsWith("where another step normalises images, remove one of the two", message, StringComparison.Ordinal);

        var pixels = new ObservationSpace(Libero.Where(field => field.Kind == ObservationKind.Image));
        message = Fails(new PolicyContext(pixels) { Choices = new Dictionary<string, ObservationSpace> { ["--env.obs_type=pixels_agent_pos"] = Libero } }, folder.Root);
        Assert.EndsWith("; give --env.obs_type=pixels_agent_pos", message, StringComparison.Ordinal);

        static string Fails(PolicyContext context, string path) => Assert.Throws<EvalCoreException>(
            () => LeRobotPolicy.Load(TestPolicy.Config(path, GoldenCase.Flags("xvla")), context)).Message;
    }

    [Fact]
    public void A_missing_camera_is_like_one_more_view()
    {
        // The second camera's features are zero, as those of the third view, which has no camera.
        var golden = new GoldenCase("xvla", "b1");
        var one = new ObservationSpace(golden.Space.Where(field => field.Key != Cameras[1]).ToArray());
        using var folder = new TestFolder(golden.Checkpoint);
        folder.Edit("config.json", json => json["input_features"]!.AsObject().Remove(Cameras[1]));
        var notes = new List<string>();
        using var missing = LeRobotPolicy.Load(golden.Config(), new PolicyContext(one) { Warn = notes.Add });
        using var declared = TestPolicy.Load(folder.Root, one, GoldenCase.Flags("xvla"));
        Assert.Equal(ExactnessTests.Play(declared, one, [0])[0], ExactnessTests.Play(missing, one, [0])[0]);
        Assert.Contains(Cameras[1], Assert.Single(notes), StringComparison.Ordinal);
    }

    [Fact]
    public void Images_of_another_size_are_resized()
    {
        var golden = new GoldenCase("xvla", "b1");
        var wide = new ObservationSpace(
            ObservationField.Image(Cameras[0], 48, 96), ObservationField.Image(Cameras[1], 64, 64), ObservationField.Vector("observation.state", 20));
        Assert.Contains(
            "an X-VLA policy reads images of one size, but these are 48x96, 64x64; give --policy.resize_imgs_with_padding=[height,width]",
            Assert.Throws<EvalCoreException>(() => LeRobotPolicy.Load(golden.Config(), new PolicyContext(wide))).Message, StringComparison.Ordinal);
        using var policy = LeRobotPolicy.Load(
            TestPolicy.Config(golden.Checkpoint, [.. GoldenCase.Flags("xvla"), "resize_imgs_with_padding=[64,64]"]), new PolicyContext(wide));
        Assert.Equal(8 * 20, ExactnessTests.Play(policy, wide, [0])[0].Length);
    }

    [Fact]
    public void In_bfloat16_a_chunk_is_close_to_that_in_float32()
    {
        var golden = new GoldenCase("xvla", "b1");
        using var single = LeRobotPolicy.Load(golden.Config(), new PolicyContext(golden.Space));
        using var half = TestPolicy.Load(golden.Checkpoint, golden.Space, [.. GoldenCase.Flags("xvla"), "dtype=bfloat16"]);
        float[] expected = ExactnessTests.Play(single, golden.Space, [0])[0];
        Close(expected, ExactnessTests.Play(half, golden.Space, [0])[0], 0.1 * Largest(expected), "chunk");
    }

    [Fact]
    public void Names_of_before_LeRobot_0_6_are_read()
    {
        var golden = new GoldenCase("xvla", "b1");
        using var folder = new TestFolder(golden.Checkpoint);
        folder.EditModel((name, values, shape) =>
        {
            const string Vlm = "model.vlm.";
            if (!name.StartsWith(Vlm, StringComparison.Ordinal))
                return (name, values, shape);
            string rest = name[Vlm.Length..];
            if (rest == "multi_modal_projector.image_projection.weight")
            {
                var (rows, columns) = ((int)shape[0], (int)shape[1]);
                return ($"{Vlm}image_projection", [.. Enumerable.Range(0, values.Length).Select(i => values[i % rows * columns + i / rows])], [columns, rows]);
            }

            foreach (var (now, old) in ((string, string)[])
            [
                ("multi_modal_projector.image_position_embed.", "image_pos_embed."), ("multi_modal_projector.", ""),
                ("language_model.encoder.", "language_model.model.encoder."), (".conv1.", ".conv1.fn.dw."), (".conv2.", ".conv2.fn.dw."),
                ("spatial_block.norm1.", "spatial_block.window_attn.norm."), ("channel_block.norm1.", "channel_block.channel_attn.norm."),
                (".norm2.", ".ffn.norm."), (".window_attn.qkv", ".window_attn.fn.qkv"), (".window_attn.proj", ".window_attn.fn.proj"),
                (".channel_attn.qkv", ".channel_attn.fn.qkv"), (".channel_attn.proj", ".channel_attn.fn.proj"), (".ffn.fc", ".ffn.fn.net.fc"),
            ])
                rest = rest.Replace(now, old, StringComparison.Ordinal);
            if (rest.StartsWith("vision_tower.convs.", StringComparison.Ordinal))
                rest = rest.Replace(".conv.", ".proj.", StringComparison.Ordinal);
            return (Vlm + rest, values, shape);
        });
        using (var model = SafetensorsFile.Open(folder["model.safetensors"]))
            Assert.True(model.TryGet("model.vlm.vision_tower.blocks.0.0.channel_block.channel_attn.fn.qkv.weight", out _));
        using var expected = LeRobotPolicy.Load(golden.Config(), new PolicyContext(golden.Space));
        using var policy = TestPolicy.Load(folder.Root, golden.Space, GoldenCase.Flags("xvla"));
        Assert.Equal(ExactnessTests.Play(expected, golden.Space, [0])[0], ExactnessTests.Play(policy, golden.Space, [0])[0]);
    }

    [Theory]
    [InlineData("--policy.n_action_steps is 9; it must be from 1 to chunk_size, 8", "n_action_steps=9")]
    [InlineData("--policy.hidden_size", "hidden_size=large")]
    [InlineData("--policy.num_heads: hidden_size is 64; it must be a multiple of num_heads, 7", "num_heads=7")]
    [InlineData("--policy.action_mode is 'ee7d'; known are ee6d, joint, agibot_ee6d, franka_joint7, auto", "action_mode=ee7d")]
    [InlineData("--policy.action_mode: output_features has an 'action' of 20 numbers, but action_mode joint gives 14", "action_mode=joint")]
    [InlineData("--policy.max_state_dim is 10; action_mode ee6d needs 20 or more", "max_state_dim=10")]
    [InlineData("--policy.dtype", "dtype=float16")]
    [InlineData("--policy.resize_imgs_with_padding must be [height, width]", "resize_imgs_with_padding=[64]")]
    public void A_bad_flag_is_one_clear_line(string message, string flag)
    {
        string checkpoint = new GoldenCase("xvla", "b1").Checkpoint;
        string actual = Assert.Throws<EvalCoreException>(() => TestPolicy.Config(checkpoint, flag)).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', actual);
    }

    [Theory]
    [InlineData("vision_config", "window_size", "\"wide\"", "florence_config.vision_config")]
    [InlineData("vision_config", "window_size", "1000000000", "florence_config.vision_config: window_size: '1000000000' is not a whole number, 1 to 1024")]
    [InlineData("vision_config", "image_pos_embed", "[1]", "florence_config.vision_config.image_pos_embed is [1]; it must be an object with a type")]
    [InlineData("vision_config", "visual_temporal_embedding", "{\"type\":[1]}", "florence_config.vision_config.visual_temporal_embedding.type is '[1]'; known is COSINE")]
    [InlineData("vision_config", "model_type", "\"swin\"", "florence_config.vision_config.model_type is 'swin'; known is davit and florence_vision")]
    [InlineData("vision_config", "num_heads", "[2, 4]", "must have a value for each of the 4 stages")]
    [InlineData("vision_config", "num_heads", "[2, 4, 7, 8]", "num_heads of florence_config.vision_config is 7 in stage 2; it must divide the 48 channels")]
    [InlineData("text_config", "encoder_attention_heads", "5", "encoder_attention_heads of florence_config.text_config is 5; it must divide the width, 48")]
    [InlineData("text_config", "activation_function", "\"relu\"", "florence_config.text_config.activation_function is 'relu'; known is gelu")]
    [InlineData("text_config", null, "null", "florence_config has no text_config")]
    public void A_bad_field_of_Florence_is_one_clear_line(string part, string? field, string value, string message)
    {
        var golden = new GoldenCase("xvla", "b1");
        using var folder = new TestFolder(golden.Checkpoint);
        folder.Edit("config.json", json =>
        {
            var florence = json["florence_config"]!;
            if (field is null)
                florence.AsObject().Remove(part);
            else
                florence[part]![field] = JsonNode.Parse(value);
        });
        string actual = Assert.Throws<EvalCoreException>(() => TestPolicy.Load(folder.Root, golden.Space, GoldenCase.Flags("xvla"))).Message;
        Assert.Contains(message, actual, StringComparison.Ordinal);
        Assert.StartsWith(folder["config.json"], actual, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', actual);
    }

    [Fact]
    public void A_tensor_or_a_domain_that_does_not_fit_is_one_clear_line()
    {
        var golden = new GoldenCase("xvla", "b1");
        string message = Fails("num_domains=6");
        Assert.Contains("tensor 'model.transformer.action_encoder.fc.weight' is F32 [5, 4608], but the configuration asks for [6, 4608]", message, StringComparison.Ordinal);
        Assert.Contains("and 7 more belong to no part of the network", Fails("depth=1"), StringComparison.Ordinal);
        Assert.Contains("max_len_seq is 40, but 3 images, the instruction and a chunk have 47 tokens", Fails("max_len_seq=40"), StringComparison.Ordinal);
        using var folder = new TestFolder(golden.Checkpoint);
        folder.Edit("policy_preprocessor.json", json => json["steps"]!.AsArray().Single(step => step!["registry_name"]!.ToString() == "xvla_add_domain_id")!["config"]!["domain_id"] = 5);
        using var policy = TestPolicy.Load(folder.Root, golden.Space, GoldenCase.Flags("xvla"));
        message = Assert.Throws<EvalCoreException>(() => ExactnessTests.Play(policy, golden.Space, [0])).Message;
        Assert.EndsWith("policy_preprocessor.json: domain_id is 5, but the policy has domains 0 to 4", message, StringComparison.Ordinal);

        string Fails(string flag) => Assert.Throws<EvalCoreException>(() => TestPolicy.Load(golden.Checkpoint, golden.Space, [.. GoldenCase.Flags("xvla"), flag])).Message;
    }
}
