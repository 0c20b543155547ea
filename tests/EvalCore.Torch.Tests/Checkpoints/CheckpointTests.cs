using EvalCore.Environments;
using EvalCore.Policies;
using Safetensors;

namespace EvalCore.Torch.Tests.Checkpoints;

/// <summary>Checkpoint folders: what loads, and one clear line about what does not.</summary>
public sealed class CheckpointTests : IDisposable
{
    private static readonly ObservationSpace Keypoints = new(
        ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.state", 2));

    private readonly TestFolder _folder = new();
    private readonly List<string> _warnings = [];

    public void Dispose() => _folder.Dispose();

    [Fact]
    public void A_checkpoint_says_what_it_is_made_of()
    {
        using var policy = Load();
        Assert.Equal("act", policy.Type);
        Assert.Equal(["observation.environment_state", "observation.state"], policy.ObservationKeys);
        Assert.Equal("exact", policy.Provenance["batching"]);
        Assert.Equal("cpu", policy.Provenance["device"]);
        Assert.StartsWith("2.", policy.Provenance["torch"], StringComparison.Ordinal);
        string[] files = [.. Directory.GetFiles(_folder.Root).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal)];
        Assert.Equal(6, files.Length);
        Assert.All(files, file => Assert.Matches("^sha256:[0-9a-f]{64}$", policy.Provenance[file]));
        Assert.Empty(_warnings);
    }

    [Fact]
    public void A_policy_with_another_field_or_other_names_is_another_policy()
    {
        var keypoints = new ObservationSpace(ObservationField.Vector("keypoints", 16), ObservationField.Vector("observation.state", 2));
        using var plain = Load();
        using var hurried = Load(new() { ["n_action_steps"] = "3", ["use_vae"] = "True" });
        using var renamed = LeRobotPolicy.Load(
            new PolicyOptions { Path = _folder.Root, Device = "cpu", RenameMap = new Dictionary<string, string> { ["keypoints"] = "observation.environment_state" } },
            keypoints, 2, _warnings.Add);
        Assert.DoesNotContain(plain.Provenance.Keys, key => key.StartsWith('-'));
        Assert.Equal("3", hurried.Provenance["--policy.n_action_steps"]);
        Assert.Equal("true", hurried.Provenance["--policy.use_vae"]);
        Assert.Equal("{\"keypoints\":\"observation.environment_state\"}", renamed.Provenance["--rename_map"]);
    }

    [Fact]
    public void The_factory_knows_its_types_and_their_fields()
    {
        var factory = new LeRobotPolicyFactory();
        Assert.Contains("act", factory.Types.Keys);
        Assert.Contains("diffusion", factory.Types.Keys);
        Assert.Superset(
            new HashSet<string> { "n_action_steps", "chunk_size", "temporal_ensemble_coeff", "device", "use_amp", "normalization_mapping" },
            factory.Fields("act").ToHashSet());
        Assert.Contains("num_inference_steps", factory.Fields("diffusion"));
        Assert.DoesNotContain("action_dim", factory.Fields("act"));
        Assert.Empty(factory.Fields("nonsense"));
    }

    [Theory]
    [InlineData("n_action_steps", "3", null)]
    [InlineData("dropout", "1e-1", null)]
    [InlineData("use_vae", "True", null)]
    [InlineData("pretrained_backbone_weights", "None", null)]
    [InlineData("tags", "[\"a\"]", null)]
    [InlineData("n_action_step", "3", "--policy.n_action_step: a policy of type 'act' has no such field; did you mean --policy.n_action_steps?")]
    [InlineData("n_action_steps", "many", "--policy.n_action_steps is \"many\", expected a whole number")]
    [InlineData("n_action_steps", "2.5", "--policy.n_action_steps is 2.5, expected a whole number")]
    [InlineData("n_action_steps", "null", "--policy.n_action_steps is null, expected a whole number")]
    [InlineData("pre_norm", "maybe", "--policy.pre_norm is \"maybe\", expected true or false")]
    [InlineData("n_action_steps", "9", "--policy.n_action_steps is 9; it must be from 1 to chunk_size, 8")]
    [InlineData("n_obs_steps", "2", "n_obs_steps is 2, but ACT takes one observation")]
    [InlineData("temporal_ensemble_coeff", "0.01", "n_action_steps is 8, but with temporal_ensemble_coeff it must be 1")]
    [InlineData("feedforward_activation", "tanh", "feedforward_activation is 'tanh'; it must be relu, gelu or glu")]
    [InlineData("chunk_size", "16", "tensor 'model.decoder_pos_embed.weight' is F32 [8, 96], but the configuration asks for [16, 96]")]
    public void A_flag_replaces_a_field_or_is_one_clear_line(string field, string value, string? message)
    {
        if (message is null)
            Load(new() { [field] = value }).Dispose();
        else
            Fails(message, new() { [field] = value });
    }

    [Fact]
    public void A_queue_is_as_long_as_the_flag_says()
    {
        using var policy = Load(new() { ["n_action_steps"] = "3" });
        using var session = policy.NewSession(TestEpisode.Of(1000));
        session.Observe(new Observation(Keypoints));
        policy.Infer([session]);
        double[] action = new double[2];
        for (int i = 0; i < 3; i++)
        {
            Assert.False(session.NeedsInference);
            session.Act(action);
        }

        Assert.True(session.NeedsInference);
    }

    [Theory]
    [InlineData("config.json", "has no config.json")]
    [InlineData("model.safetensors", "has no model.safetensors")]
    [InlineData("policy_preprocessor.json", "has no policy_preprocessor.json: it was saved before LeRobot had processor pipelines")]
    [InlineData("policy_postprocessor.json", "has no policy_postprocessor.json")]
    [InlineData("policy_preprocessor_step_3_normalizer_processor.safetensors", "policy_preprocessor_step_3_normalizer_processor.safetensors: is missing; it is the state of step 'normalizer_processor'")]
    public void A_missing_file_is_one_clear_line(string file, string message)
    {
        File.Delete(_folder[file]);
        Fails(message);
    }

    [Fact]
    public void A_missing_folder_is_one_clear_line()
    {
        var exception = Assert.Throws<EvalCoreException>(() =>
            LeRobotPolicy.Load(new PolicyOptions { Path = "/no/such/folder", Device = "cpu" }, Keypoints, 2, _warnings.Add));
        Assert.Contains("--policy.path: there is no folder /no/such/folder", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void An_unknown_type_names_the_known_ones()
    {
        _folder.Edit("config.json", json => json["type"] = "telepathy");
        Fails("the policy type 'telepathy' is not known; known are act, diffusion");
    }

    [Fact]
    public void A_configuration_that_is_not_JSON_is_one_clear_line()
    {
        File.WriteAllText(_folder["config.json"], "{");
        Fails("config.json: is not valid JSON");
    }

    [Fact]
    public void A_field_of_the_wrong_kind_is_one_clear_line()
    {
        _folder.Edit("config.json", json => json["n_heads"] = "four");
        Fails("config.json: field 'n_heads' is \"four\", expected a whole number");
    }

    [Fact]
    public void Fields_of_another_version_are_ignored_with_a_warning()
    {
        _folder.Edit("config.json", json => json["n_wings"] = 2);
        Load().Dispose();
        Assert.Contains("n_wings", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missing_tensor_is_named()
    {
        _folder.EditModel((name, values, shape) => name == "model.decoder.norm.bias" ? null : (name, values, shape));
        Fails("model.safetensors: has no tensor 'model.decoder.norm.bias'");
    }

    [Fact]
    public void An_unexpected_tensor_is_named_but_the_unused_encoder_is_not()
    {
        _folder.EditModel((name, values, shape) => (name.Replace("decoder.norm.bias", "vae_encoder.norm.bias", StringComparison.Ordinal), values, shape));
        Fails("has no tensor 'model.decoder.norm.bias'");
        _folder.EditModel((name, values, shape) => (name.Replace("model.vae_encoder.norm.bias", "model.decoder.norm.bias", StringComparison.Ordinal), values, shape));
        _folder.EditModel((name, values, shape) => (name, values, shape));
        Load().Dispose();
        Add("model.vae_encoder.layers.0.norm1.bias");
        Load().Dispose();
        Add("model.surprise");
        Fails("tensor 'model.surprise' belongs to no part of the network");

        void Add(string extra)
        {
            var writer = new SafetensorsWriter().Add<float>(extra, [1], 1);
            using (var model = SafetensorsFile.Open(_folder["model.safetensors"]))
            {
                foreach (var entry in model)
                    writer.Add<float>(entry.Name, model.Span<float>(entry.Name), [.. entry.Shape]);
            }

            writer.Save(_folder["model.safetensors"]);
        }
    }

    [Fact]
    public void A_tensor_of_another_shape_is_named()
    {
        _folder.EditModel((name, values, shape) => name == "model.action_head.bias" ? (name, [1, 2, 3], [3]) : (name, values, shape));
        Fails("tensor 'model.action_head.bias' is F32 [3], but the configuration asks for [2]");
    }

    [Fact]
    public void A_weight_that_is_no_float_is_named()
    {
        var writer = new SafetensorsWriter();
        using (var model = SafetensorsFile.Open(_folder["model.safetensors"]))
        {
            foreach (var entry in model)
            {
                if (entry.Name == "model.action_head.bias")
                    writer.Add<int>(entry.Name, [1, 2], 2);
                else
                    writer.Add<float>(entry.Name, model.Span<float>(entry.Name), [.. entry.Shape]);
            }
        }

        writer.Save(_folder["model.safetensors"]);
        Fails("tensor 'model.action_head.bias' is I32 [2], but a weight is F32, F16, BF16 or F64");
    }

    [Fact]
    public void Statistics_that_do_not_fit_their_feature_are_named()
    {
        const string State = "policy_preprocessor_step_3_normalizer_processor.safetensors";
        var writer = new SafetensorsWriter();
        using (var statistics = SafetensorsFile.Open(_folder[State]))
        {
            foreach (var entry in statistics)
                writer.Add<float>(entry.Name, entry.Name == "observation.state.mean" ? [1, 2, 3] : statistics.Read<float>(entry.Name), entry.Name == "observation.state.mean" ? [3] : [.. entry.Shape]);
        }

        writer.Save(_folder[State]);
        Fails($"{State}: tensor 'observation.state.mean' is F32 [3], but 'observation.state' has shape [2]");
    }

    [Fact]
    public void Half_precision_weights_are_computed_with_in_single_precision()
    {
        // A file whose values are exactly representable gives the same result in either type.
        _folder.EditModel((name, values, shape) => (name, [.. values.Select(value => (float)(Half)value)], shape));
        float[] single = Chunk();
        var writer = new SafetensorsWriter();
        using (var model = SafetensorsFile.Open(_folder["model.safetensors"]))
        {
            foreach (var entry in model)
                writer.Add<Half>(entry.Name, [.. model.Read<float>(entry.Name).Select(value => (Half)value)], [.. entry.Shape]);
        }

        writer.Save(_folder["model.safetensors"]);
        Assert.Equal(single, Chunk());

        float[] Chunk()
        {
            using var policy = Load();
            using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoNoise);
            session.Observe(new Observation(Keypoints));
            policy.Infer([session]);
            return session.Chunk.ToArray();
        }
    }

    [Fact]
    public void An_environment_that_does_not_fit_is_one_clear_line()
    {
        Fails("actions have 2 numbers, the environment's 7", actionDim: 7);
        Fails("the policy reads 'observation.environment_state', but the environment has only observation.state", space:
            new ObservationSpace(ObservationField.Vector("observation.state", 2)));
        Fails("'observation.state' has shape [2], but 'observation.state' of the environment has [5]", space:
            new ObservationSpace(ObservationField.Vector("observation.state", 5), ObservationField.Vector("observation.environment_state", 16)));
    }

    [Fact]
    public void A_rename_map_gives_the_environments_names()
    {
        var space = new ObservationSpace(ObservationField.Vector("observation.state", 2), ObservationField.Vector("observation.keypoints", 16));
        using var policy = LeRobotPolicy.Load(
            new PolicyOptions
            {
                Path = _folder.Root,
                Device = "cpu",
                RenameMap = new Dictionary<string, string> { ["observation.keypoints"] = "observation.environment_state" },
            },
            space, 2, Assert.Fail);
        Assert.Equal(["observation.state", "observation.keypoints"], policy.ObservationKeys);
        using var renamed = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoNoise);
        using var plainPolicy = Load();
        using var plain = plainPolicy.NewSession(TestEpisode.Of(1000), TestEpisode.NoNoise);
        renamed.Observe(new Observation(space));
        plain.Observe(new Observation(Keypoints));
        policy.Infer([renamed]);
        plainPolicy.Infer([plain]);
        Assert.Equal(plain.Chunk.ToArray(), renamed.Chunk.ToArray());
    }

    [Fact]
    public void Without_a_GPU_the_CPU_is_taken_with_one_warning()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "this machine has a GPU");
        using var policy = LeRobotPolicy.Load(new PolicyOptions { Path = _folder.Root, Device = "cuda" }, Keypoints, 2, _warnings.Add);
        Assert.Equal("cpu", policy.Provenance["device"]);
        Assert.Contains("computing on the CPU", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_devices_and_batchings_are_one_clear_line()
    {
        Assert.Contains("--policy.device is 'tpu'", Assert.Throws<EvalCoreException>(() =>
            LeRobotPolicy.Load(new PolicyOptions { Path = _folder.Root, Device = "tpu" }, Keypoints, 2, _warnings.Add)).Message, StringComparison.Ordinal);
        Assert.Contains("--policy.batching is 'quick'", Assert.Throws<EvalCoreException>(() =>
            LeRobotPolicy.Load(new PolicyOptions { Path = _folder.Root, Device = "cpu", Batching = "quick" }, Keypoints, 2, _warnings.Add)).Message, StringComparison.Ordinal);
    }

    private LeRobotPolicy Load(Dictionary<string, string>? overrides = null, ObservationSpace? space = null, int actionDim = 2) =>
        LeRobotPolicy.Load(
            new PolicyOptions { Path = _folder.Root, Device = "cpu", Overrides = overrides ?? [] }, space ?? Keypoints, actionDim, _warnings.Add);

    private void Fails(string message, Dictionary<string, string>? overrides = null, ObservationSpace? space = null, int actionDim = 2)
    {
        var exception = Assert.Throws<EvalCoreException>(() => Load(overrides, space, actionDim).Dispose());
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }
}
