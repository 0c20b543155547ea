using EvalCore.Environments;
using EvalCore.Options;
using EvalCore.Policies;
using EvalCore.Torch.Policies.Act;
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
    public void Provenance_lists_the_files_of_a_checkpoint()
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
    public void Provenance_lists_overridden_fields_and_the_rename_map()
    {
        var keypoints = new ObservationSpace(ObservationField.Vector("keypoints", 16), ObservationField.Vector("observation.state", 2));
        using var plain = Load();
        using var changed = Load("n_action_steps=3", "use_vae=True", "use_amp=false", "batching=dynamic");
        using var renamed = Load(
            new PolicyContext(keypoints) { RenameMap = new Dictionary<string, string> { ["keypoints"] = "observation.environment_state" } });
        Assert.DoesNotContain(plain.Provenance.Keys, key => key.StartsWith('-'));
        Assert.Equal("3", changed.Provenance["--policy.n_action_steps"]);
        Assert.Equal("true", changed.Provenance["--policy.use_vae"]);
        Assert.Equal(["--policy.n_action_steps", "--policy.use_vae"], changed.Provenance.Keys.Where(key => key.StartsWith('-')));
        Assert.Equal("{\"keypoints\":\"observation.environment_state\"}", renamed.Provenance["--rename_map"]);
    }

    [Fact]
    public void The_source_knows_its_types_and_their_fields()
    {
        var source = new LeRobotPolicies();
        Assert.Equal(["act", "diffusion"], source.Types.Keys);
        Assert.Superset(
            new HashSet<string> { "n_action_steps", "chunk_size", "temporal_ensemble_coeff", "device", "use_amp", "normalization_mapping" },
            Fields("act").ToHashSet());
        Assert.Contains("num_inference_steps", Fields("diffusion"));
        Assert.All(
            (string[])["action_dim", "type", "path", "given", "unknown_fields", "processor_steps"],
            name => Assert.DoesNotContain(name, Fields("act")));
        Assert.Throws<ArgumentException>(() => source.NewConfig("nonsense"));

        IEnumerable<string> Fields(string type) => OptionProperty.Of(source.NewConfig(type).GetType()).Select(property => property.Name);
    }

    [Fact]
    public void Help_describes_the_fields_that_decide_something_in_an_evaluation()
    {
        Assert.Equal(
            ["batching", "device", "n_action_steps", "temporal_ensemble_coeff", "use_amp"], Described("act"));
        Assert.Equal(
            ["batching", "device", "horizon", "n_action_steps", "noise_scheduler_type", "num_inference_steps", "use_amp"], Described("diffusion"));

        static IEnumerable<string> Described(string type) => OptionProperty.Of(new LeRobotPolicies().NewConfig(type).GetType())
            .Where(property => property.Description.Length > 0).Select(property => property.Name).Order(StringComparer.Ordinal);
    }

    [Fact]
    public void The_files_values_are_the_defaults_of_the_flags()
    {
        _folder.Edit("config.json", json =>
        {
            json["n_action_steps"] = 4;
            json["device"] = "mps";
            json["use_amp"] = true;
        });
        var config = (ActConfig)new LeRobotPolicies().Recognize(_folder.Root)!;
        Assert.Equal((4, 8, 96), (config.NActionSteps, config.ChunkSize, config.DimModel));
        Assert.Equal(DeviceName.Cuda, config.Device);
        Assert.False(config.UseAmp);
        Assert.Empty(config.UnknownFields);
        Assert.Equal(_folder.Root, config.Path);
        Assert.Equal(["observation.state", "observation.environment_state"], config.InputFeatures.Keys);
    }

    [Fact]
    public void Paths_of_other_sources_are_not_recognized()
    {
        var source = new LeRobotPolicies();
        Assert.Null(source.Recognize(_folder["model.safetensors"]));
        Assert.Null(source.Recognize("/no/such/folder"));
        Assert.Null(source.Recognize("ws://host:8000"));
        Assert.Null(source.Recognize("policy.onnx"));
        Assert.Equal(_folder.Root, source.Recognize(_folder.Root + "/")!.Path);
        Assert.Contains(
            "--policy.path: there is no folder 'lerobot/act_pusht'; if it is on the Hugging Face Hub: hf download lerobot/act_pusht --local-dir DIR, then --policy.path=DIR",
            source.Explain("lerobot/act_pusht"), StringComparison.Ordinal);
        Assert.Null(source.Recognize("lerobot/act_pusht"));
        Assert.Null(source.Explain("/no/such/folder"));
    }

    [Fact]
    public void The_folder_that_has_the_checkpoint_is_named()
    {
        using var outer = new TestFolder();
        File.Delete(outer["config.json"]);
        Directory.CreateDirectory(outer["pretrained_model"]);
        File.Copy(_folder["config.json"], Path.Combine(outer["pretrained_model"], "config.json"));
        Assert.Contains(
            $"its folder pretrained_model has; give --policy.path={outer["pretrained_model"]}",
            Assert.Throws<EvalCoreException>(() => TestPolicy.Config(outer.Root)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_type_without_a_path_is_one_clear_line()
    {
        var config = new LeRobotPolicies().NewConfig("act");
        Assert.Contains("--policy.path is missing", Assert.Throws<EvalCoreException>(config.Validate).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("n_action_steps", "3", null)]
    [InlineData("dropout", "1e-1", null)]
    [InlineData("use_vae", "True", null)]
    [InlineData("pretrained_backbone_weights", "None", null)]
    [InlineData("tags", "[\"a\"]", null)]
    [InlineData("n_action_step", "3", "unknown flag '--policy.n_action_step'; did you mean '--policy.n_action_steps'?")]
    [InlineData("n_action_steps", "many", "--policy.n_action_steps: 'many' is not a whole number, 1 or more")]
    [InlineData("n_action_steps", "2.5", "--policy.n_action_steps: '2.5' is not a whole number, 1 or more")]
    [InlineData("n_action_steps", "null", "--policy.n_action_steps: 'null' is not a whole number, 1 or more")]
    [InlineData("pre_norm", "maybe", "--policy.pre_norm: 'maybe' is not true or false")]
    [InlineData("n_action_steps", "9", "--policy.n_action_steps is 9; it must be from 1 to chunk_size, 8")]
    [InlineData("n_action_steps", "0", "--policy.n_action_steps: '0' is not a whole number, 1 or more")]
    [InlineData("n_obs_steps", "2", "--policy.n_obs_steps is 2, but ACT reads one observation")]
    [InlineData("temporal_ensemble_coeff", "0.01", "--policy.temporal_ensemble_coeff: n_action_steps is 8, but with temporal_ensemble_coeff it must be 1")]
    [InlineData("feedforward_activation", "tanh", "--policy.feedforward_activation: 'tanh' is not one of relu, gelu, glu")]
    [InlineData("chunk_size", "16", "tensor 'model.decoder_pos_embed.weight' is F32 [8, 96], but the configuration asks for [16, 96]")]
    public void A_flag_replaces_a_field_or_is_one_clear_line(string field, string value, string? message)
    {
        if (message is null)
            Load($"{field}={value}").Dispose();
        else
            Fails(message, $"{field}={value}");
    }

    [Fact]
    public void A_queue_is_as_long_as_the_flag_says()
    {
        using var policy = Load("n_action_steps=3");
        using var session = policy.NewSession(TestEpisode.Of(1000));
        session.Observe(new Observation(Keypoints));
        policy.Infer([session], CancellationToken.None);
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
    public void An_unknown_type_names_the_known_ones()
    {
        _folder.Edit("config.json", json => json["type"] = "telepathy");
        Fails("the policy type 'telepathy' is not known; known are act, diffusion");
    }

    [Fact]
    public void A_configuration_that_is_not_JSON_is_one_clear_line()
    {
        File.WriteAllText(_folder["config.json"], "{");
        Fails("config.json: is not JSON (line 1); expected the configuration of a LeRobot checkpoint");
    }

    [Fact]
    public void A_field_of_the_wrong_kind_is_one_clear_line()
    {
        _folder.Edit("config.json", json => json["n_heads"] = "four");
        Fails("config.json: n_heads: 'four' is not a whole number, 1 or more");
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
            using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
            session.Observe(new Observation(Keypoints));
            policy.Infer([session], CancellationToken.None);
            return session.RawChunk.ToArray();
        }
    }

    [Fact]
    public void An_environment_that_does_not_fit_is_one_clear_line()
    {
        var component = new ActionComponent("x", "", -1, 1, IsRelative: false);
        Fails("actions have 2 numbers, the environment's 3", new PolicyContext(Keypoints) { ActionSpace = new ActionSpace(component, component, component) });
        var stateAlone = new ObservationSpace(ObservationField.Vector("observation.state", 2));
        Fails("the policy reads 'observation.environment_state', but the environment has only observation.state", new PolicyContext(stateAlone));
        Fails("; give --env.obs_type=keypoints", new PolicyContext(stateAlone)
        {
            Choices = new Dictionary<string, ObservationSpace> { ["--env.obs_type=none"] = stateAlone, ["--env.obs_type=keypoints"] = Keypoints },
        });
        Fails("'observation.state' has shape [2], but 'observation.state' of the environment has [5]", new PolicyContext(
            new ObservationSpace(ObservationField.Vector("observation.state", 5), ObservationField.Vector("observation.environment_state", 16))));
    }

    [Fact]
    public void A_rename_map_gives_the_environments_names()
    {
        var space = new ObservationSpace(ObservationField.Vector("observation.state", 2), ObservationField.Vector("observation.keypoints", 16));
        using var policy = Load(
            new PolicyContext(space) { RenameMap = new Dictionary<string, string> { ["observation.keypoints"] = "observation.environment_state" } });
        Assert.Equal(["observation.state", "observation.keypoints"], policy.ObservationKeys);
        using var renamed = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
        using var plainPolicy = Load();
        using var plain = plainPolicy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
        renamed.Observe(new Observation(space));
        plain.Observe(new Observation(Keypoints));
        policy.Infer([renamed], CancellationToken.None);
        plainPolicy.Infer([plain], CancellationToken.None);
        Assert.Equal(plain.RawChunk.ToArray(), renamed.RawChunk.ToArray());
    }

    [Fact]
    public void Without_a_GPU_the_CPU_is_used_with_one_warning()
    {
        Assert.SkipWhen(TorchSharp.torch.cuda.is_available(), "this machine has a GPU");
        using var policy = Load("device=cuda");
        Assert.Equal("cpu", policy.Provenance["device"]);
        Assert.Contains("computing on the CPU", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Unknown_devices_and_batchings_are_one_clear_line()
    {
        Fails("--policy.device: 'tpu' is not cuda, cuda:N or cpu", "device=tpu");
        Fails("--policy.batching: 'quick' is not one of exact, dynamic", "batching=quick");
    }

    private LeRobotPolicy Load(params string[] flags) => Load(new PolicyContext(Keypoints), flags);

    private LeRobotPolicy Load(PolicyContext context, params string[] flags) =>
        (LeRobotPolicy)TestPolicy.Config(_folder.Root, flags).Make(context with { Warn = _warnings.Add });

    private void Fails(string message, params string[] flags) => Fails(message, new PolicyContext(Keypoints), flags);

    private void Fails(string message, PolicyContext context, params string[] flags)
    {
        var exception = Assert.Throws<EvalCoreException>(() => Load(context, flags).Dispose());
        Assert.Contains(message, exception.Message, StringComparison.Ordinal);
        Assert.DoesNotContain('\n', exception.Message);
    }
}
