using System.Text.Json.Nodes;
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
        Assert.Equal(["act", "diffusion", "vqbet", "tdmpc", "smolvla", "pi0", "pi05", "pi0_fast", "xvla"], source.Types.Keys);
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
        Assert.Equal(["batching", "bet_softmax_temperature", "device", "use_amp"], Described("vqbet"));
        Assert.Superset(new HashSet<string> { "n_action_repeats", "horizon", "use_mpc", "cem_iterations" }, Described("tdmpc").ToHashSet());

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
        Assert.Null(source.Recognize("models/policy.onnx"));
        Assert.Null(source.Explain("models/policy.onnx"));
        Assert.Equal(
            "--policy.path: 'https://huggingface.co/lerobot/act_pusht/tree/main' is an address; give the model's name: --policy.path=lerobot/act_pusht",
            source.Explain("https://huggingface.co/lerobot/act_pusht/tree/main"));
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
    [InlineData("dropout", "2", "--policy.dropout: '2' is not a number, 0 to 1")]
    [InlineData("n_heads", "0", "--policy.n_heads: '0' is not a whole number, 1 or more")]
    [InlineData("n_heads", "7", "--policy.n_heads: dim_model is 96; it must be a multiple of n_heads, 7")]
    [InlineData("chunk_size", "16", "tensor 'model.decoder_pos_embed.weight' is F32 [8, 96], but the configuration asks for [16, 96] (given: --policy.chunk_size=16)")]
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
    [InlineData("policy_preprocessor.json", "has no policy_preprocessor.json; copy it from the same checkpoint")]
    [InlineData("policy_postprocessor.json", "has no policy_postprocessor.json; copy it from the same checkpoint")]
    [InlineData("policy_preprocessor_step_3_normalizer_processor.safetensors", "policy_preprocessor_step_3_normalizer_processor.safetensors: is missing; it is the state of step 'normalizer_processor'")]
    public void A_missing_file_is_one_clear_line(string file, string message)
    {
        File.Delete(_folder[file]);
        Fails(message);
    }

    [Fact]
    public void Neither_pipelines_nor_statistics_inside_the_model_is_one_clear_line()
    {
        File.Delete(_folder["policy_preprocessor.json"]);
        File.Delete(_folder["policy_postprocessor.json"]);
        Fails("has no policy_preprocessor.json, and model.safetensors has no statistics inside, as checkpoints from before LeRobot had pipelines have: copy the pipelines and their state files from the same checkpoint");
    }

    [Fact]
    public void An_unknown_type_names_the_known_ones()
    {
        _folder.Edit("config.json", json => json["type"] = "telepathy");
        Fails("the policy type 'telepathy' is not known; known are act, diffusion, vqbet, tdmpc, smolvla, pi0, pi05, pi0_fast, xvla");
    }

    [Fact]
    public void A_configuration_that_is_not_JSON_is_one_clear_line()
    {
        File.WriteAllText(_folder["config.json"], "{");
        Fails("config.json: is not JSON (line 1, column 2: the end of the file); expected the configuration of a LeRobot checkpoint");
        File.WriteAllText(_folder["config.json"], "{\"type\": \"act\",\n \"type\": \"act\"}");
        Fails("config.json: has the key 'type' twice (line 2, column 2); expected the configuration of a LeRobot checkpoint");
    }

    [Fact]
    public void A_field_of_the_wrong_kind_is_one_clear_line()
    {
        _folder.Edit("config.json", json => json["n_heads"] = "four");
        Fails("config.json: n_heads: 'four' is not a whole number, 1 or more");
    }

    [Theory]
    [InlineData("type", "\"JOINTS\"", "the type of 'observation.state' is \"JOINTS\"; known are STATE, VISUAL, ENV, ACTION, REWARD, LANGUAGE")]
    [InlineData("type", "null", "the type of 'observation.state' is null; known are STATE")]
    [InlineData("shape", "[1.5]", "the shape of 'observation.state' is [1.5]; it must be a list of whole numbers")]
    [InlineData("shape", "null", "the shape of 'observation.state' is null; it must be a list of whole numbers")]
    public void A_feature_that_is_damaged_is_named(string field, string value, string message)
    {
        _folder.Edit("config.json", json => json["input_features"]!["observation.state"]![field] = JsonNode.Parse(value));
        Fails($"config.json: input_features: {message}");
        _folder.Edit("config.json", json => json["input_features"]!["observation.state"] = 2);
        Fails("config.json: input_features: 'observation.state' is 2; it must be an object with a type and a shape");
    }

    [Fact]
    public void Another_normalisation_than_the_configurations_is_noted()
    {
        foreach (string file in (string[])["policy_preprocessor.json", "policy_postprocessor.json"])
        {
            _folder.Edit(file, json =>
            {
                var step = json["steps"]!.AsArray().Single(step => step!["config"]?["norm_map"] is not null)!;
                (step["config"]!["norm_map"]!["STATE"], step["config"]!["norm_map"]!["ACTION"]) = ("MIN_MAX", "MIN_MAX");
            });
        }

        Load().Dispose();
        Assert.Equal(
            [
                $"{_folder["policy_preprocessor.json"]}: 'observation.state' is normalised by MIN_MAX, though normalization_mapping of config.json says MEAN_STD: the pipeline counts, as in LeRobot",
                $"{_folder["policy_postprocessor.json"]}: actions are brought back to the data's units by MIN_MAX, though normalization_mapping of config.json says MEAN_STD: the pipeline counts, as in LeRobot",
            ],
            _warnings);
    }

    [Fact]
    public void An_observation_that_is_normalised_twice_is_noted()
    {
        _folder.Edit("policy_preprocessor.json", json =>
        {
            var steps = json["steps"]!.AsArray();
            steps.Add(steps.Single(step => step!["registry_name"]!.ToString() == "normalizer_processor")!.DeepClone());
        });
        Load().Dispose();
        Assert.Equal(2, _warnings.Count);
        Assert.All(_warnings, note => Assert.EndsWith("is normalised 2 times, by as many steps 'normalizer_processor': as in LeRobot, but likely one too many", note, StringComparison.Ordinal));
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

    [Theory]
    [InlineData("model.encoder.layers.0.self_attn.in_proj_weight")]
    [InlineData("model.encoder_1d_feature_pos_embed.weight")]
    [InlineData("model.decoder_pos_embed.weight")]
    public void A_tensor_that_does_not_fit_is_named_also_where_torch_fails_with_it(string tensor)
    {
        // Of no shape that the configuration gives.
        _folder.EditModel((name, values, shape) => name == tensor ? (name, [1, 2, 3, 4, 5, 6], [1, 2, 3]) : (name, values, shape));
        Fails($"tensor '{tensor}' is F32 [1, 2, 3], but the configuration asks for");
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

    [Fact]
    public void A_configuration_with_a_byte_order_mark_and_Pythons_infinity_loads()
    {
        string text = File.ReadAllText(_folder["config.json"]).Replace("\"kl_weight\": 10.0", "\"kl_weight\": Infinity", StringComparison.Ordinal);
        Assert.Contains("Infinity", text, StringComparison.Ordinal);
        File.WriteAllText(_folder["config.json"], text, new System.Text.UTF8Encoding(encoderShouldEmitUTF8Identifier: true));
        Load().Dispose();
        Assert.Empty(_warnings);
    }

    [Theory]
    [InlineData("", "config.json: is empty (0 bytes); LeRobot's migration script may leave it so: take config.json and model.safetensors from the original checkpoint")]
    [InlineData("{}", "config.json: has no field; LeRobot's migration script may leave it so: take config.json and model.safetensors from the original checkpoint")]
    [InlineData("{\"chunk_size\": 8}", "config.json: does not say the policy's \"type\"; where it is a LeRobot checkpoint's, add it: one of act, diffusion, vqbet, tdmpc, smolvla, pi0, pi05, pi0_fast, xvla")]
    [InlineData("<html>", "config.json: is a web page")]
    public void An_empty_configuration_says_where_to_get_it(string text, string message)
    {
        File.WriteAllText(_folder["config.json"], text);
        Fails(message);
    }

    [Fact]
    public void Statistics_that_a_file_lacks_are_named_before_the_first_episode()
    {
        const string Pre = "policy_preprocessor_step_3_normalizer_processor.safetensors";
        const string Post = "policy_postprocessor_step_0_unnormalizer_processor.safetensors";
        EditStatistics(Pre, name => "so100.buffer." + name);
        Fails($"{Pre}: has statistics of 'so100.buffer.action', 'so100.buffer.observation.environment_state', 'so100.buffer.observation.state' alone, so there are no statistics of 'observation.environment_state', 'observation.state', which norm_map of step 'normalizer_processor' normalises (MEAN_STD)");
        EditStatistics(Pre, name => name.Replace("so100.buffer.", "", StringComparison.Ordinal));
        Load().Dispose();

        EditStatistics(Pre, name => name.Replace("environment_state", "keypoints", StringComparison.Ordinal));
        Fails("so there are no statistics of 'observation.environment_state', which norm_map");
        EditStatistics(Pre, name => name.Replace("keypoints", "environment_state", StringComparison.Ordinal));

        EditStatistics(Post, name => name.StartsWith("action.", StringComparison.Ordinal) ? null : name);
        Fails("so there are no statistics of 'action', which norm_map of step 'unnormalizer_processor' normalises");
        EditStatistics(Post, _ => null);
        Fails($"{Post}: has no tensors, so there are no statistics of 'action'");
        _folder.Edit("policy_postprocessor.json", json => json["steps"]![0]!.AsObject().Remove("state_file"));
        Fails("policy_postprocessor.json: step 'unnormalizer_processor' has no state_file, so there are no statistics of 'action'");

        // The way out that the message names; the configuration still says otherwise.
        Assert.Empty(_warnings);
        _folder.Edit("policy_postprocessor.json", json => json["steps"]![0]!["config"]!["norm_map"]!["ACTION"] = "IDENTITY");
        Load().Dispose();
        Assert.Contains("policy_postprocessor.json: actions are not brought back to the data's units, though normalization_mapping of config.json says so", Assert.Single(_warnings), StringComparison.Ordinal);
        _folder.Edit("config.json", json => json["normalization_mapping"]!["ACTION"] = "IDENTITY");
        Load().Dispose();
        Assert.Single(_warnings);
    }

    [Fact]
    public void Statistics_of_an_older_LeRobot_beside_the_weights_are_not_used_with_a_note()
    {
        Rewrite(name => name, writer => writer
            .Add<float>("normalize_inputs.buffer_observation_state.mean", [1, 2], 2).Add<float>("unnormalize_outputs.buffer_action.std", [1, 2], 2));
        Load().Dispose();
        Assert.Contains("model.safetensors: 'normalize_inputs.buffer_observation_state.mean' and 1 more are statistics of an older LeRobot, and not used", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Names_of_a_compiled_model_are_those_of_its_parts()
    {
        float[] plain = Chunk();
        Rewrite(name => "_orig_mod." + name.Replace("model.encoder.", "model.encoder._orig_mod.", StringComparison.Ordinal));
        Assert.Equal(plain, Chunk());
        Rewrite(name => name, writer => writer.Add<float>("model.action_head.bias", [1, 2], 2));
        Fails("has two tensors 'model.action_head.bias'");
    }

    [Fact]
    public void Weights_in_several_files_are_those_of_one()
    {
        float[] whole = Chunk();
        string[] shards = ["model-00001-of-00002.safetensors", "model-00002-of-00002.safetensors"];
        var writers = shards.ToDictionary(shard => shard, _ => new SafetensorsWriter());
        var map = new JsonObject();
        using (var model = SafetensorsFile.Open(_folder["model.safetensors"]))
        {
            foreach (var (entry, i) in model.Select((entry, i) => (entry, i)))
            {
                writers[shards[i % 2]].Add<float>(entry.Name, model.Span<float>(entry.Name), [.. entry.Shape]);
                map[entry.Name] = shards[i % 2];
            }
        }

        File.Delete(_folder["model.safetensors"]);
        foreach (string shard in shards)
            writers[shard].Save(_folder[shard]);
        const string Index = "model.safetensors.index.json";
        File.WriteAllText(_folder[Index], new JsonObject { ["metadata"] = new JsonObject(), ["weight_map"] = map }.ToJsonString());
        Assert.Equal(whole, Chunk());
        using (var policy = Load())
            Assert.All(shards.Append(Index), file => Assert.StartsWith("sha256:", policy.Provenance[file], StringComparison.Ordinal));

        string first = map.First().Key;
        _folder.Edit(Index, json => json["weight_map"]![first] = shards[1]);
        Fails($"{shards[1]}: has no tensor '{first}', though {Index} says so");
        _folder.Edit(Index, json => json["weight_map"]!.AsObject().Remove(first));
        Fails($"{shards[0]}: has a tensor '{first}' that {Index} does not list for it");
        _folder.Edit(Index, json => json["weight_map"]![first] = "../x.safetensors");
        Fails($"{Index}: weight_map has no name of a file in the same folder for '{first}'");
        _folder.Edit(Index, json => json["weight_map"]![first] = shards[0]);
        File.Delete(_folder[shards[1]]);
        Fails($"{shards[1]}: is missing; {Index} says that it has '");
        File.WriteAllText(_folder[Index], "{}");
        Fails($"{Index}: has no weight_map from tensors to files");
    }

    [Fact]
    public void An_adapter_and_a_pickle_in_place_of_the_weights_are_named()
    {
        File.Delete(_folder["model.safetensors"]);
        File.WriteAllText(_folder["pytorch_model.bin"], "x");
        Fails("has no model.safetensors, but pytorch_model.bin: a pickle, which is not read; load the policy in Python and save it with save_pretrained");
        File.WriteAllText(_folder["adapter_config.json"], "{\"base_model_name_or_path\": \"lerobot/base\"}");
        Fails("has only an adapter (PEFT, adapter_config.json) of 'lerobot/base'; merge it into that policy with PEFT's merge_and_unload()");
        File.Delete(_folder["config.json"]);
        Fails("has only an adapter (PEFT, adapter_config.json) of 'lerobot/base'");
        File.Delete(_folder["adapter_config.json"]);
        Fails("has no config.json, but pytorch_model.bin: a PyTorch checkpoint (a pickle), which is not read");
    }

    [Theory]
    [InlineData("version https://git-lfs.github.com/spec/v1\noid sha256:0\nsize 1\n", "model.safetensors: is a Git LFS pointer")]
    [InlineData("", "model.safetensors: is empty (0 bytes)")]
    public void What_stands_in_place_of_the_weights_is_named(string content, string message)
    {
        File.WriteAllText(_folder["model.safetensors"], content);
        Fails(message);
    }

    [Fact]
    public void A_file_in_place_of_the_folder_says_which_folder()
    {
        var source = new LeRobotPolicies();
        Assert.Equal($"--policy.path: '{_folder["model.safetensors"]}' is a file; give the folder it is in: --policy.path={_folder.Root}", source.Explain(_folder["model.safetensors"]));
        Assert.Equal($"--policy.path: '{_folder["config.json"]}' is a file; give the folder it is in: --policy.path={_folder.Root}", source.Explain(_folder["config.json"]));
        File.WriteAllBytes(_folder["weights"], [(byte)'P', (byte)'K', 3, 4, 0, 0, 8, 8]);
        File.WriteAllText(_folder["latest.ckpt"], "x");
        foreach (string file in (string[])["weights", "latest.ckpt"])
            Assert.Contains("is a PyTorch checkpoint (a pickle), which is not read", source.Explain(_folder[file]), StringComparison.Ordinal);
        File.WriteAllText(_folder["policy.onnx"], "x");
        Assert.Null(source.Explain(_folder["policy.onnx"]));
        File.CreateSymbolicLink(_folder["last"], "050000");
        Assert.Contains($"is a link to '{_folder["050000"]}', which is not there", source.Explain(_folder["last"]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_configuration_that_is_a_link_to_nothing_is_one_clear_line()
    {
        File.Delete(_folder["config.json"]);
        File.CreateSymbolicLink(_folder["config.json"], "../blobs/1");
        Fails("config.json: is a link to '../blobs/1', which is not there");
    }

    [Fact]
    public void Two_paths_of_policies_that_differ_are_one_clear_line()
    {
        var registry = new EvalCore.Evaluation.Registry().Add(new LeRobotPolicies());
        Assert.Equal("act", Read($"--policy.path={_folder.Root}", $"--policy.pretrained_path={_folder.Root}/").Type);
        Assert.Equal(
            "--policy.path and --policy.pretrained_path name two policies; give one of them",
            Assert.Throws<EvalCoreException>(() => Read($"--policy.path={_folder.Root}", "--policy.pretrained_path=lerobot/base")).Message);

        PolicyConfig Read(params string[] flags) => EvalCore.Evaluation.EvalOptions.ReadPolicy(new OptionSet(flags), registry, null, "missing");
    }

    [Fact]
    public void Other_folders_of_a_training_run_name_that_of_the_policy()
    {
        string root = Directory.CreateTempSubdirectory("evalcore-").FullName;
        foreach (string step in (string[])["005000", "010000"])
        {
            Directory.CreateDirectory(Path.Combine(root, "checkpoints", step, "training_state"));
            string inner = Directory.CreateDirectory(Path.Combine(root, "checkpoints", step, "pretrained_model")).FullName;
            File.Copy(_folder["config.json"], Path.Combine(inner, "config.json"));
        }

        string last = Path.Combine(root, "checkpoints", "010000", "pretrained_model");
        foreach (string folder in (string[])[root, Path.Combine(root, "checkpoints"), Path.Combine(root, "checkpoints", "010000"), Path.Combine(root, "checkpoints", "010000", "training_state")])
            Assert.EndsWith($"; give --policy.path={last}", new LeRobotPolicies().Explain(folder), StringComparison.Ordinal);
        string snapshot = Directory.CreateDirectory(Path.Combine(root, "models--me--act", "snapshots", "0a1b")).FullName;
        File.Copy(_folder["config.json"], Path.Combine(snapshot, "config.json"));
        Assert.EndsWith($"; give --policy.path={snapshot}", new LeRobotPolicies().Explain(Path.Combine(root, "models--me--act")), StringComparison.Ordinal);
        Directory.Delete(root, recursive: true);
    }

    [Theory]
    [InlineData("bfloat16")]
    [InlineData("float16")]
    [InlineData("float64")]
    public void A_float_type_that_the_network_does_not_compute_in_is_one_clear_line(string type)
    {
        _folder.Edit("policy_preprocessor.json", json => json["steps"]![2]!["config"]!["float_dtype"] = type);
        Fails($"policy_preprocessor.json: step 'device_processor': float_dtype {type} does not fit the network, which computes in float32; make it null");
    }

    [Fact]
    public void Actions_of_double_precision_are_played_as_they_are()
    {
        float[] single = Actions();
        _folder.Edit("policy_postprocessor.json", json => json["steps"]![1]!["config"]!["float_dtype"] = "float64");
        Assert.Equal(single, Actions());

        float[] Actions()
        {
            using var policy = Load();
            using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
            session.Observe(new Observation(Keypoints));
            policy.Infer([session], CancellationToken.None);
            double[] action = new double[2];
            session.Act(action);
            return [.. session.Chunk, .. action.Select(x => (float)x)];
        }
    }

    [Fact]
    public void Steps_that_are_named_by_their_class_are_the_same_steps()
    {
        float[] plain = Chunk();
        string[] classes = ["rename_processor.RenameObservationsProcessorStep", "batch_processor.AddBatchDimensionProcessorStep", "device_processor.DeviceProcessorStep", "normalize_processor.NormalizerProcessorStep"];
        _folder.Edit("policy_preprocessor.json", json =>
        {
            for (int i = 0; i < classes.Length; i++)
            {
                var step = json["steps"]![i]!.AsObject();
                step.Remove("registry_name");
                step["class"] = "lerobot.processor." + classes[i];
            }
        });
        Assert.Equal(plain, Chunk());
        _folder.Edit("policy_preprocessor.json", json => json["steps"]![1]!["class"] = "mine.AddBatchDimensionProcessorStep");
        Fails("step 'mine.AddBatchDimensionProcessorStep' is not known to this version");
    }

    [Fact]
    public void Of_two_observations_of_one_name_the_later_is_read_with_a_note()
    {
        var space = new ObservationSpace(
            ObservationField.Vector("observation.state", 2), ObservationField.Vector("observation.environment_state", 16), ObservationField.Vector("observation.other", 16));
        using var policy = Load(new PolicyContext(space) { RenameMap = new Dictionary<string, string> { ["observation.other"] = "observation.environment_state" } });
        Assert.Equal(["observation.state", "observation.other"], policy.ObservationKeys);
        Assert.Contains("'observation.environment_state' and 'observation.other' of the environment are both 'observation.environment_state'; the policy reads 'observation.other'", Assert.Single(_warnings), StringComparison.Ordinal);
    }

    [Fact]
    public void Flags_that_only_training_reads_have_a_note()
    {
        Load("dropout=0.5", "repo_id=me/mine", "n_action_steps=3").Dispose();
        Assert.Equal("--policy.dropout, --policy.repo_id: no effect in an evaluation, only in training", Assert.Single(_warnings));
    }

    [Fact]
    public void Files_of_weights_beside_the_one_that_is_read_have_a_note()
    {
        File.WriteAllText(_folder["model-00001-of-00002.safetensors"], "x");
        Load().Dispose();
        Assert.Equal($"{_folder.Root}: the weights are read from model.safetensors, as in LeRobot, and not from model-00001-of-00002.safetensors beside it", Assert.Single(_warnings));

        _warnings.Clear();
        File.WriteAllText(_folder["model.safetensors.index.json"], "{}");
        Load().Dispose();
        Assert.Equal($"{_folder.Root}: the weights are read from model.safetensors, as in LeRobot, and not from model.safetensors.index.json beside it", Assert.Single(_warnings));

        _warnings.Clear();
        File.Delete(_folder["model.safetensors.index.json"]);
        File.Delete(_folder["model-00001-of-00002.safetensors"]);
        File.WriteAllText(_folder["adapter_config.json"], "{}");
        Load().Dispose();
        Assert.Equal($"{_folder.Root}: the weights are read from model.safetensors; the adapter beside it (PEFT, adapter_config.json) is not applied", Assert.Single(_warnings));
    }

    [Fact]
    public void Several_files_of_weights_without_their_index_are_one_line()
    {
        File.Move(_folder["model.safetensors"], _folder["model-00001-of-00001.safetensors"]);
        Fails($"{_folder.Root} has model-00001-of-00001.safetensors, but no model.safetensors.index.json, which lists what is in each file of weights; copy it from the same checkpoint");
    }

    [Fact]
    public void A_folder_of_checkpoints_names_them()
    {
        using var root = new EmptyFolder();
        foreach (string inner in (string[])["act_a", "act_b/pretrained_model", "train/checkpoints/000100/pretrained_model", "notes"])
        {
            string folder = Directory.CreateDirectory(Path.Combine(root.Path, inner)).FullName;
            if (inner != "notes")
                File.Copy(_folder["config.json"], Path.Combine(folder, "config.json"));
        }

        Assert.Equal(
            $"--policy.path: '{root.Path}' has no config.json, but checkpoints in it have; give --policy.path={root.Path}/act_a (or {root.Path}/act_b/pretrained_model, {root.Path}/train/checkpoints/000100/pretrained_model)",
            new LeRobotPolicies().Explain(root.Path));
        Directory.Delete(Path.Combine(root.Path, "act_a"), recursive: true);
        Directory.Delete(Path.Combine(root.Path, "act_b"), recursive: true);
        Assert.EndsWith($"; give --policy.path={root.Path}/train/checkpoints/000100/pretrained_model", new LeRobotPolicies().Explain(root.Path), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_named_pipe_in_place_of_a_file_is_refused()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "named pipes are Linux's");
        using var other = new EmptyFolder();
        string file = NamedPipe.Create(Path.Combine(other.Path, "policy"));
        Assert.Null(await NamedPipe.Within(() => new LeRobotPolicies().Explain(file)));
        foreach (string name in (string[])["policy_preprocessor.json", "model.safetensors", "config.json"])
        {
            File.Move(_folder[name], _folder["kept"]);
            NamedPipe.Create(_folder[name]);
            string message = (await NamedPipe.Within(() => Assert.ThrowsAny<Exception>(() => Load().Dispose()))).Message;
            Assert.Contains(_folder[name], message, StringComparison.Ordinal);
            Assert.DoesNotContain('\n', message);
            File.Delete(_folder[name]);
            File.Move(_folder["kept"], _folder[name]);
        }
    }

    [Theory]
    [InlineData("MEAN_STD", "std", -1, "'observation.state.std' has a negative number; computing with it, as LeRobot does")]
    [InlineData("MIN_MAX", "max", -1e9, "'observation.state.min' has a number above that of 'observation.state.max'; computing with it, as LeRobot does")]
    [InlineData("MEAN_STD", "mean", double.NaN, "'observation.state.mean' or 'observation.state.std' has a number that is not finite; computing with it, as LeRobot does")]
    public void Statistics_that_no_data_has_are_noted(string mode, string statistic, double value, string note)
    {
        foreach (string file in (string[])["policy_preprocessor.json", "policy_postprocessor.json"])
        {
            _folder.Edit(file, json =>
            {
                foreach (var step in json["steps"]!.AsArray().Where(step => step!["config"]?["norm_map"] is not null))
                    step!["config"]!["norm_map"]!["STATE"] = mode;
            });
        }

        string state = Directory.EnumerateFiles(_folder.Root, "policy_preprocessor_*normalizer*.safetensors").Select(Path.GetFileName).Single()!;
        var writer = new SafetensorsWriter();
        using (var statistics = SafetensorsFile.Open(_folder[state]))
        {
            foreach (var entry in statistics)
            {
                float[] values = statistics.Read<float>(entry.Name);
                if (entry.Name == $"observation.state.{statistic}")
                    values[1] = (float)value;
                writer.Add<float>(entry.Name, values, [.. entry.Shape]);
            }
        }

        writer.Save(_folder[state]);
        Load().Dispose();
        Assert.Contains($"{_folder[state]}: {note}", _warnings);
    }

    /// <summary>As torch broadcasts: one number stands for all, and more or fewer are an error.</summary>
    [Theory]
    [InlineData(1, true)]
    [InlineData(3, false)]
    public void One_number_of_a_statistic_stands_for_all(int count, bool fits)
    {
        string state = Directory.EnumerateFiles(_folder.Root, "policy_preprocessor_*normalizer*.safetensors").Select(Path.GetFileName).Single()!;
        var writer = new SafetensorsWriter();
        using (var statistics = SafetensorsFile.Open(_folder[state]))
        {
            foreach (var entry in statistics)
            {
                bool changed = entry.Name.StartsWith("observation.state.", StringComparison.Ordinal) && entry.Count == 2;
                float[] values = statistics.Read<float>(entry.Name);
                writer.Add<float>(entry.Name, changed ? [.. Enumerable.Repeat(values[0], count)] : values, changed ? [count] : [.. entry.Shape]);
            }
        }

        writer.Save(_folder[state]);
        if (fits)
            Load().Dispose();
        else
            Fails("but 'observation.state' has shape [2]");
    }

    private sealed class EmptyFolder : IDisposable
    {
        public string Path { get; } = Directory.CreateTempSubdirectory("evalcore-").FullName;

        public void Dispose() => Directory.Delete(Path, recursive: true);
    }

    [Fact]
    public void A_decoder_without_layers_gives_the_heads_constant()
    {
        _folder.Edit("config.json", json => json["n_decoder_layers"] = 0);
        _folder.EditModel((name, values, shape) => name.StartsWith("model.decoder.layers.", StringComparison.Ordinal) ? null : (name, values, shape));
        float[] chunk = Chunk();
        Assert.Equal(16, chunk.Length);
        Assert.All(Enumerable.Range(0, 16), i => Assert.Equal(chunk[i % 2], chunk[i]));
        Assert.NotEqual(0, chunk[0]);
    }

    private float[] Chunk()
    {
        using var policy = Load();
        using var session = policy.NewSession(TestEpisode.Of(1000), TestEpisode.NoDraws);
        session.Observe(new Observation(Keypoints));
        policy.Infer([session], CancellationToken.None);
        return session.RawChunk.ToArray();
    }

    /// <summary>Writes the model again with other names, and more tensors.</summary>
    private void Rewrite(Func<string, string> rename, Action<SafetensorsWriter>? add = null)
    {
        var writer = new SafetensorsWriter();
        using (var model = SafetensorsFile.Open(_folder["model.safetensors"]))
        {
            foreach (var entry in model)
                writer.Add<float>(rename(entry.Name), model.Span<float>(entry.Name), [.. entry.Shape]);
        }

        add?.Invoke(writer);
        writer.Save(_folder["model.safetensors"]);
    }

    /// <summary>Writes a state file again with other names: null leaves a tensor out.</summary>
    private void EditStatistics(string file, Func<string, string?> rename)
    {
        var writer = new SafetensorsWriter();
        using (var statistics = SafetensorsFile.Open(_folder[file]))
        {
            foreach (var entry in statistics)
            {
                if (rename(entry.Name) is { } name)
                    writer.Add<float>(name, statistics.Span<float>(entry.Name), [.. entry.Shape]);
            }
        }

        writer.Save(_folder[file]);
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
