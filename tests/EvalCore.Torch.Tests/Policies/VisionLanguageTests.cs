using EvalCore.Environments;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using Safetensors;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>What SmolVLA, pi0 and pi0.5 share: cameras that are missing, names of other files, bfloat16.</summary>
public sealed class VisionLanguageTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("evalcore-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public void A_missing_camera_is_left_out_with_one_note()
    {
        var notes = new List<string>();
        using var policy = LoadSmolVla(notes, "observation.images.image2");
        Assert.Equal(
            "the environment has no 'observation.images.image': the policy runs without; if an image has another name there, give --rename_map",
            Assert.Single(notes));
        Assert.Equal(["observation.images.image2", "observation.state"], policy.ObservationKeys);
    }

    [Fact]
    public void No_camera_at_all_is_an_error()
    {
        var notes = new List<string>();
        var error = Assert.Throws<EvalCoreException>(() => LoadSmolVla(notes, "observation.images.top").Dispose());
        Assert.EndsWith(
            "config.json: the policy reads observation.images.image, observation.images.image2, but the environment has only observation.images.top, observation.state: one image at least is needed; if it has another name there, give --rename_map",
            error.Message, StringComparison.Ordinal);
        Assert.Empty(notes);
    }

    [Theory]
    [InlineData("pi0", "action_time_mlp_", "time_mlp_")]
    [InlineData("pi05", "time_mlp_", "action_time_mlp_")]
    public void A_file_with_openpis_names_is_read(string policy, string name, string other)
    {
        using var test = new NetworkCase(policy, "b1");
        float[] expected = test.PredictAlone();
        const string Embeddings = "paligemma_with_expert.paligemma.model.language_model.embed_tokens.weight";
        Rewrite(test, key =>
        {
            key = key["model.".Length..];
            return key.EndsWith(".lm_head.weight", StringComparison.Ordinal) ? []
                : key == Embeddings ? ["paligemma_with_expert.paligemma.lm_head.weight"]
                : [key.Replace(name, other, StringComparison.Ordinal)];
        });
        using var network = test.Config.NewNetwork(StateDict.Open(Model, CPU), []);
        Assert.Equal(expected, test.PredictAlone(network));
    }

    [Theory]
    [InlineData("smolvla")]
    [InlineData("pi0")]
    [InlineData("pi05")]
    public void Tensors_that_do_not_fit_are_an_error(string policy)
    {
        using var test = new NetworkCase(policy, "b1");
        Rewrite(test, key => key == "model.action_out_proj.bias" ? [] : [key]);
        Fails("has no tensor 'model.action_out_proj.bias'");
        Rewrite(test, key => key == "model.action_out_proj.bias" ? [key, "model.action_out_proj.scale"] : [key]);
        Fails("tensor 'model.action_out_proj.scale' belongs to no part of the network");

        void Fails(string message)
        {
            var state = StateDict.Open(Model, CPU);
            var error = Assert.Throws<EvalCoreException>(() => test.Config.NewNetwork(state, []));
            state.Dispose();
            Assert.Contains(message, error.Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("pi0")]
    [InlineData("pi05")]
    public void Bfloat16_computes_what_float32_computes_to_its_own_precision(string policy)
    {
        using var test = new NetworkCase(policy, "b3");
        float[] expected = test.PredictTogether();
        ((EvalCore.Torch.Policies.Pi0.PiConfig)test.Config).Dtype = "bfloat16";
        using var network = test.Config.NewNetwork(StateDict.Open(test.Config.Folder.Model, CPU), []);
        float[] actual = test.PredictTogether(network);
        Close(expected, actual, 0.01 * Largest(expected), policy);
        Assert.NotEqual(expected, actual);
    }

    [Fact]
    public void A_product_in_bfloat16_sums_in_float32_and_rounds_once()
    {
        using var scope = NewDisposeScope();
        using var generator = new Generator(1, CPU);
        var x = randn([3, 64], generator: generator).to(ScalarType.BFloat16);
        var weight = randn([48, 64], generator: generator).to(ScalarType.BFloat16);
        var bias = randn([48], generator: generator).to(ScalarType.BFloat16);
        var expected = nn.functional.linear(x, weight, bias).to(ScalarType.Float32);
        var actual = new Linear(weight).Forward(x, bias);
        Assert.Equal(ScalarType.BFloat16, actual.dtype);
        var exact = nn.functional.linear(x.to(ScalarType.Float64), weight.to(ScalarType.Float64), bias.to(ScalarType.Float64)).to(ScalarType.BFloat16);
        Close(exact.to(ScalarType.Float32).data<float>().ToArray(), actual.to(ScalarType.Float32).data<float>().ToArray(), 0, "product");
        Close(expected.data<float>().ToArray(), actual.to(ScalarType.Float32).data<float>().ToArray(), 0.2, "libtorch's product");
    }

    [Theory]
    [InlineData("smolvla", 867)]
    [InlineData("pi0", 925)]
    public void The_tokens_of_another_models_tokenizer_are_one_clear_line(string policy, int vocabulary)
    {
        using var test = new NetworkCase(policy, "b1");
        test.Observation[FeatureNames.LanguageTokens] = test.Observation[FeatureNames.LanguageTokens].clone();
        test.Observation[FeatureNames.LanguageTokens][0, 0] = tensor(250_000L);
        string message = Assert.Throws<EvalCoreException>(() => test.PredictAlone()).Message;
        Assert.Equal($"the tokenizer gives the id 250000, but the policy knows the ids 0 to {vocabulary - 1}: the tokenizer is another model's; give that of the policy (--policy.tokenizer_path)", message);
    }

    [Fact]
    public void A_pad_token_that_the_tokenizer_lacks_is_one_clear_line()
    {
        var golden = new GoldenCase("smolvla", "b1");
        foreach (string file in Directory.GetFiles(Path.Combine(TestTokenizers.Folder, "SmolVLM2-500M-Video-Instruct")))
            File.Copy(file, Path.Combine(_folder, Path.GetFileName(file)));
        File.WriteAllText(Path.Combine(_folder, "tokenizer_config.json"), """{"pad_token": "<nothing>"}""");
        Assert.EndsWith(
            $"the pad_token of the tokenizer 'HuggingFaceTB/SmolVLM2-500M-Video-Instruct', '<nothing>', is not in its tokenizer.json ({_folder}): the two files are of different tokenizers",
            Assert.Throws<EvalCoreException>(() => TestPolicy.Load(golden.Checkpoint, golden.Space, $"tokenizer_path={_folder}")).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_pipeline_that_tokenises_no_instruction_is_one_clear_line()
    {
        var golden = new GoldenCase("smolvla", "b1");
        using var folder = new TestFolder(golden.Checkpoint);
        folder.Edit("policy_preprocessor.json", json =>
        {
            var steps = json["steps"]!.AsArray();
            steps.Remove(steps.Single(step => step!["registry_name"]!.ToString() == "tokenizer_processor"));
        });
        Assert.Equal(
            $"{folder["policy_preprocessor.json"]}: has no step 'tokenizer_processor', so the policy gets no instruction; take the file of the trained checkpoint",
            Assert.Throws<EvalCoreException>(() => TestPolicy.Load(folder.Root, golden.Space, GoldenCase.Flags("smolvla"))).Message);
    }

    [Fact]
    public void An_image_without_a_pixel_after_resizing_is_one_clear_line()
    {
        using var scope = NewDisposeScope();
        string message = Assert.Throws<EvalCoreException>(() => ResizeWithPad.Centred(zeros(1, 3, 1, 4000), 56, 56)).Message;
        Assert.Equal("an image of 1x4000 cannot be resized to 56x56 without distortion: a side would have no pixel", message);
    }

    [Theory]
    [InlineData("smolvla", "num_steps")]
    [InlineData("pi05", "num_inference_steps")]
    [InlineData("pi0_fast", "max_decoding_steps")]
    [InlineData("xvla", "num_denoising_steps")]
    [InlineData("pi0", "chunk_size")]
    [InlineData("tdmpc", "horizon")]
    public void A_billion_steps_are_one_clear_line(string policy, string flag) => Assert.StartsWith(
        $"--policy.{flag}: '1000000000' is not a whole number, 1 to 10000",
        Assert.Throws<EvalCoreException>(() => TestPolicy.Config(new GoldenCase(policy, "b1").Checkpoint, $"{flag}=1000000000")).Message, StringComparison.Ordinal);

    [Fact]
    public void Actions_that_a_disabled_step_leaves_relative_have_the_statistics_of_the_file()
    {
        var golden = new GoldenCase("pi0", "b1");
        using var policy = (LeRobotPolicy)golden.Config().Make(new PolicyContext(golden.Space));
        Assert.Equal(7, policy.Statistics[Features.Feature.Action].Mean!.Count);
    }

    private string Model => Path.Combine(_folder, "model.safetensors");

    private static LeRobotPolicy LoadSmolVla(List<string> notes, string camera)
    {
        var space = new ObservationSpace(ObservationField.Image(camera, 48, 64), ObservationField.Vector("observation.state", 8));
        var config = new GoldenCase("smolvla", "b1").Config();
        return (LeRobotPolicy)config.Make(new PolicyContext(space) { Warn = notes.Add });
    }

    /// <summary>Writes a case's model with other names: none, one or several for each tensor.</summary>
    private void Rewrite(NetworkCase test, Func<string, string[]> names)
    {
        var writer = new SafetensorsWriter();
        using (var model = SafetensorsFile.Open(test.Config.Folder.Model))
        {
            foreach (var entry in model)
            {
                foreach (string name in names(entry.Name))
                    writer.Add<float>(name, model.Read<float>(entry.Name), [.. entry.Shape]);
            }
        }

        writer.Save(Model);
    }
}
