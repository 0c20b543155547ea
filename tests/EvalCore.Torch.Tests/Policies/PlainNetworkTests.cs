using System.Runtime.Intrinsics.X86;
using System.Text.Json.Nodes;
using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Policies.Diffusion;
using EvalCore.Torch.Policies.Pi0;
using EvalCore.Torch.Policies.Pi05;
using EvalCore.Torch.Policies.Pi0Fast;
using EvalCore.Torch.Policies.SmolVla;
using EvalCore.Torch.Policies.TdMpc;
using EvalCore.Torch.Policies.VqBet;
using EvalCore.Torch.Policies.XVla;
using EvalCore.Torch.Tests.Plain;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>The options no recorded checkpoint has, against plain networks with the same random weights.</summary>
public sealed class PlainNetworkTests : IDisposable
{
    private readonly string _model = Path.GetTempFileName();

    /// <summary>Not torch's own, from which other tests draw at the same time.</summary>
    private readonly Generator _generator = new(11, CPU);
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
        _generator.Dispose();
        File.Delete(_model);
    }

    [Theory]
    [InlineData(false, "relu", true, 0, "resnet18", false)]
    [InlineData(true, "relu", true, 0, "resnet18", false)]
    [InlineData(true, "gelu", false, 1, "resnet18", false)]
    [InlineData(false, "gelu", true, 2, "resnet34", false)]
    [InlineData(false, "relu", false, 1, "resnet50", false)]
    [InlineData(true, "relu", false, 1, "resnet50", true)]
    public void Act_with_any_options_equals_the_plain_network(
        bool preNorm, string activation, bool envState, int cameras, string backbone, bool dilate)
    {
        using var weights = new Weights(1);
        bool bottleneck = backbone == "resnet50";
        var plain = new PlainAct(
            weights, 32, 4, 48, 2, 2, 6, preNorm, activation, backbone == "resnet18" ? [2, 2, 2, 2] : [3, 4, 6, 3], bottleneck,
            bottleneck ? [4, 8, 8, 16] : [8, 8, 16, 16], dilate);
        var config = new ActConfig
        {
            DimModel = 32, NHeads = 4, DimFeedforward = 48, NEncoderLayers = 2, NDecoderLayers = 2, ChunkSize = 6, NActionSteps = 6,
            LatentDim = 8, PreNorm = preNorm, FeedforwardActivation = activation, VisionBackbone = backbone,
            ReplaceFinalStrideWithDilation = dilate, Path = ".", OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [3]) },
            InputFeatures = { ["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]) },
        };
        var observation = new Dictionary<string, Tensor> { ["observation.state"] = randn([2, 5], generator: _generator) };
        if (envState)
        {
            config.InputFeatures["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [7]);
            observation["observation.environment_state"] = randn([2, 7], generator: _generator);
        }

        for (int i = 0; i < cameras; i++)
        {
            config.InputFeatures[$"observation.images.{i}"] = new PolicyFeature(FeatureType.VISUAL, [3, 64, 96]);
            observation[$"observation.images.{i}"] = randn([2, 3, 64, 96], generator: _generator);
        }

        config.Validate();
        var expected = plain.Forward(
            observation["observation.state"], observation.GetValueOrDefault("observation.environment_state"),
            [.. config.Images.Select(name => observation[name])], 3);
        weights.Save(_model);
        using var network = new ActNetwork(config, StateDict.Open(_model, CPU), [.. config.Images.Select(_ => (64, 96))]);
        Same(expected, network.PredictActionChunk(observation, []));
        Same(expected[TensorIndex.Slice(1, 2)], network.PredictActionChunk(observation.ToDictionary(o => o.Key, o => o.Value[TensorIndex.Slice(1, 2)]), []));
    }

    [Theory]
    [InlineData(true, true, false, false, 1, new[] { 16, 24 })]
    [InlineData(false, false, true, true, 2, new[] { 16, 24 })]
    [InlineData(true, false, true, false, 2, new[] { 16, 32, 40 })]
    [InlineData(false, true, false, true, 1, new[] { 16, 24 })]
    [InlineData(true, false, false, false, 0, new[] { 16 })]
    [InlineData(true, false, false, false, 0, new[] { 8 })]
    public void Diffusion_with_any_options_equals_the_plain_network(
        bool film, bool groupNorm, bool envState, bool separate, int cameras, int[] downDims)
    {
        using var weights = new Weights(2);
        envState |= cameras == 0;
        int[]? crop = film && cameras > 0 ? [61, 83] : null;
        var plain = new PlainDiffusion(weights, downDims, 5, 4, 16, film, 4, groupNorm, crop);
        var config = new DiffusionConfig
        {
            Horizon = 8, NActionSteps = 4, NObsSteps = 2, DownDims = downDims, KernelSize = 5, NGroups = 4, DiffusionStepEmbedDim = 16,
            UseFilmScaleModulation = film, SpatialSoftmaxNumKeypoints = 4, UseGroupNorm = groupNorm, CropShape = crop,
            UseSeparateRgbEncoderPerCamera = separate, NumTrainTimesteps = 20, NumInferenceSteps = 2, NoiseSchedulerType = "DDIM",
            ClipSample = false, Path = ".", OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [3]) },
            InputFeatures = { ["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]) },
        };
        var observation = new Dictionary<string, Tensor> { ["observation.state"] = randn([4, 5], generator: _generator) };
        var features = new List<Tensor> { observation["observation.state"] };
        for (int i = 0; i < cameras; i++)
        {
            string name = $"observation.images.{i}";
            config.InputFeatures[name] = new PolicyFeature(FeatureType.VISUAL, [3, 64, 96]);
            observation[name] = randn([4, 3, 64, 96], generator: _generator);
            features.Add(plain.Encode(separate ? $"diffusion.rgb_encoder.{i}" : "diffusion.rgb_encoder", observation[name]));
        }

        if (envState)
        {
            config.InputFeatures["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [7]);
            observation["observation.environment_state"] = randn([4, 7], generator: _generator);
            features.Add(observation["observation.environment_state"]);
        }

        config.Validate();
        var global = cat(features, 1).reshape(2, -1);
        var scheduler = new NoiseScheduler(config);
        var start = randn([2, 8, 3], generator: _generator);
        var sample = start;
        foreach (int timestep in scheduler.Timesteps)
            sample = scheduler.Step(plain.Unet(sample, timestep, global), timestep, sample, null);

        weights.Save(_model);
        using var network = new DiffusionNetwork(config, StateDict.Open(_model, CPU), [.. config.Images.Select(_ => (64, 96))]);
        var actual = network.PredictActionChunk(observation, [Fixed(start[TensorIndex.Slice(0, 1)]), Fixed(start[TensorIndex.Slice(1, 2)])]);
        Same(sample.narrow(1, 1, 4), actual);
    }

    [Theory]
    [InlineData(false, false, 3, 3, true)]
    [InlineData(true, true, 2, 1, false)]
    [InlineData(true, false, 1, 2, false)]
    public void VqBet_with_any_options_equals_the_plain_network(bool sequential, bool groupNorm, int observations, int predicted, bool crops)
    {
        using var weights = new Weights(4) { Flags = { ["vqbet.action_head.vqvae_model.discretized"] = true } };
        int[]? crop = crops ? [61, 83] : null;
        var plain = new PlainVqBet(
            weights, observations, predicted, 3, 2, 4, 5, 8, 12, 20, 16, 24, 2, 4, 32, 0.3, sequential, groupNorm, crop, [16, 16, 32, 32]);
        var config = new VqBetConfig
        {
            NObsSteps = observations, NActionPredToken = predicted, ActionChunkSize = 3, SpatialSoftmaxNumKeypoints = 4, VqvaeNEmbed = 5,
            VqvaeEmbeddingDim = 8, VqvaeEncHiddenDim = 12, GptBlockSize = 20, GptInputDim = 16, GptOutputDim = 24, GptNLayer = 2, GptNHead = 4,
            GptHiddenDim = 32, BetSoftmaxTemperature = 0.3, SequentiallySelect = sequential, UseGroupNorm = groupNorm, CropShape = crop, Path = ".",
            OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [2]) },
            InputFeatures =
            {
                ["observation.image"] = new PolicyFeature(FeatureType.VISUAL, [3, 64, 96]),
                ["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]),
            },
        };
        config.Validate();
        var observation = new Dictionary<string, Tensor>
        {
            ["observation.image"] = randn([2 * observations, 3, 64, 96], generator: _generator),
            ["observation.state"] = randn([2 * observations, 5], generator: _generator),
        };
        var draws = new RepeatedDraws(_generator);
        var expected = plain.Forward(observation["observation.image"], observation["observation.state"], draws.Multinomial);
        weights.Save(_model);
        using var network = new VqBetNetwork(config, StateDict.Open(_model, CPU), (64, 96));
        Same(expected, network.PredictActionChunk(observation, draws.Episodes(2)));
    }

    [Theory]
    [InlineData(true, false, 3, 1.0, 4)]
    [InlineData(false, true, 2, 0.5, 0)]
    [InlineData(true, true, 1, 0.0, 2)]
    public void TdMpc_with_any_options_equals_the_plain_network(bool image, bool envState, int functions, double uncertainty, int ofPolicy)
    {
        using var weights = new Weights(5);
        var plain = new PlainTdMpc(weights, 4, 8, 12, 10, functions, 24, 3, 0.8, 3, 1.5, 0.1, 20, ofPolicy, uncertainty, 6, 0.7, 0.2);
        var config = new TdMpcConfig
        {
            Horizon = 4, ImageEncoderHiddenDim = 8, StateEncoderHiddenDim = 12, LatentDim = 10, QEnsembleSize = functions, MlpDim = 24,
            Discount = 0.8, CemIterations = 3, MaxStd = 1.5, MinStd = 0.1, NGaussianSamples = 20, NPiSamples = ofPolicy,
            UncertaintyRegularizerCoeff = uncertainty, NElites = 6, EliteWeightingTemperature = 0.7, GaussianMeanMomentum = 0.2, Path = ".",
            OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [3]) },
            InputFeatures = { ["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]) },
        };
        var observation = new Dictionary<string, Tensor> { ["observation.state"] = randn([1, 5], generator: _generator) };
        if (image)
        {
            config.InputFeatures["observation.image"] = new PolicyFeature(FeatureType.VISUAL, [3, 64, 64]);
            observation["observation.image"] = rand([1, 3, 64, 64], generator: _generator);
        }

        if (envState)
        {
            config.InputFeatures["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [7]);
            observation["observation.environment_state"] = randn([1, 7], generator: _generator);
        }

        config.Validate();
        var draws = new RepeatedDraws(_generator);
        var z = plain.Encode(observation.GetValueOrDefault("observation.image"), observation["observation.state"], observation.GetValueOrDefault("observation.environment_state"));
        var (first, mean) = plain.Plan(z, null, draws);
        var (second, _) = plain.Plan(z, mean, draws);
        plain.Pi(z);
        weights.Save(_model);
        using var network = new TdMpcNetwork(config, StateDict.Open(_model, CPU), image ? [(64, 64)] : []);
        EpisodeState[] episodes = draws.Episodes(1, network);
        Same(first.clamp(-1, 1).transpose(0, 1), network.PredictActionChunk(observation, episodes));
        Same(second.clamp(-1, 1).transpose(0, 1), network.PredictActionChunk(observation, episodes));
    }

    [Theory]
    [InlineData(1, 3, false, 4, "ee6d")]
    [InlineData(2, 2, true, 0, "agibot_ee6d")]
    public void XVla_with_any_options_equals_the_plain_network(int cameras, int views, bool hetero, int prompts, string mode)
    {
        // The windows do not fit into the maps, which are 14x20, 7x10 and 4x5.
        using var weights = new Weights(6);
        int[] grippers = mode == "ee6d" ? [9, 19] : [];
        var plain = new PlainXVla(
            weights, [1, 2, 1], [16, 24, 32], [2, 4, 4], [4, 2, 8], [7, 3, 3], [4, 2, 2], [3, 1, 1], [false, true, true], 3,
            24, 2, 4, 50, 66, 30, 32, 2, 4, 3, prompts, 16, 128, hetero, 6, 20, 22, views, 3, grippers);
        var config = new XVlaConfig
        {
            ChunkSize = 6, NActionSteps = 6, TokenizerMaxLength = 7, HiddenSize = 32, Depth = 2, NumHeads = 4, NumDomains = 3, LenSoftPrompts = prompts,
            DimTime = 16, MaxLenSeq = 128, UseHeteroProj = hetero, ActionMode = mode, NumDenoisingSteps = 3, MaxStateDim = 22, NumImageViews = views,
            Path = ".", OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [20]) },
            InputFeatures = { ["observation.state"] = new PolicyFeature(FeatureType.STATE, [20]) },
        };
        config.Bind(JsonNode.Parse("""
            {"florence_config": {
                "vision_config": {"num_heads": [2, 4, 4], "num_groups": [4, 2, 8], "patch_stride": [4, 2, 2], "patch_padding": [3, 1, 1],
                    "patch_prenorm": [false, true, true], "window_size": 3},
                "text_config": {"encoder_attention_heads": 4}}}
            """)!.AsObject());
        var observation = new Dictionary<string, Tensor>
        {
            ["observation.state"] = randn([2, 20], generator: _generator), ["observation.language.tokens"] = randint(0, 50, [2, 7], ScalarType.Int64, generator: _generator), ["domain_id"] = tensor([2L, 0L]),
        };
        for (int i = 0; i < cameras; i++)
        {
            config.InputFeatures[$"observation.images.{i}"] = new PolicyFeature(FeatureType.VISUAL, [3, 56, 80]);
            observation[$"observation.images.{i}"] = randn([2, 3, 56, 80], generator: _generator);
        }

        config.Validate();
        var noise = randn([2, 6, 20], generator: _generator);
        var expected = plain.Forward(
            [.. config.Images.Select(name => observation[name])], observation["observation.language.tokens"],
            nn.functional.pad(observation["observation.state"], [0, 2]), observation["domain_id"], noise);
        weights.Save(_model);
        using var network = new XVlaNetwork(config, StateDict.Open(_model, CPU), [.. config.Images.Select(_ => (56, 80))]);
        Same(expected, network.PredictActionChunk(observation, [Fixed(noise[TensorIndex.Slice(0, 1)]), Fixed(noise[TensorIndex.Slice(1, 2)])]));
    }

    [Theory]
    [InlineData("cross_attn", 2, 4, -1)]
    [InlineData("cross_attn", 0, 3, 0)]
    [InlineData("self_attn", 2, 3, 3)]
    [InlineData("cross_attn", 2, 6, 2)]
    public void SmolVla_with_any_attention_equals_the_plain_network(string mode, int every, int layers, int expertLayers)
    {
        using var weights = new Weights(4);
        var config = new SmolVlaConfig
        {
            AttentionMode = mode, SelfAttnEveryNLayers = every, NumVlmLayers = layers, NumExpertLayers = expertLayers, ChunkSize = 6, NActionSteps = 6,
            NumSteps = 3, MaxActionDim = 8, ResizeImgsWithPadding = [32, 32], Path = ".", OutputFeatures = { ["action"] = new PolicyFeature(FeatureType.ACTION, [8]) },
            InputFeatures =
            {
                ["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]),
                ["observation.images.a"] = new PolicyFeature(FeatureType.VISUAL, [3, 32, 32]),
                ["observation.images.b"] = new PolicyFeature(FeatureType.VISUAL, [3, 32, 32]),
            },
        };
        config.Validate();
        var plain = new PlainSmolVla(
            weights, 60, 40, 8, layers, expertLayers > 0 ? expertLayers : layers, layer => !mode.Contains("cross") || (every > 0 && layer % every == 0), 24, 4, 4, 50, 3);
        var observation = new Dictionary<string, Tensor>
        {
            ["observation.state"] = randn([2, 5], generator: _generator),
            ["observation.images.a"] = rand([2, 3, 32, 32], generator: _generator),
            ["observation.images.b"] = rand([2, 3, 32, 32], generator: _generator),
            ["observation.language.tokens"] = randint(0, 50, [2, 7], generator: _generator),
            ["observation.language.attention_mask"] = tensor([true, true, true, true, true, true, true, true, true, true, true, false, false, false]).view(2, 7),
        };
        var noise = randn([2, 6, 8], generator: _generator);
        var expected = plain.Forward(
            [observation["observation.images.a"], observation["observation.images.b"]], observation["observation.language.tokens"],
            observation["observation.language.attention_mask"], observation["observation.state"], noise);
        weights.Save(_model);
        using var network = new SmolVlaNetwork(config, StateDict.Open(_model, CPU), []);
        Same(expected, network.PredictActionChunk(observation, [Fixed(noise[TensorIndex.Slice(0, 1)]), Fixed(noise[TensorIndex.Slice(1, 2)])]));
        Same(expected[TensorIndex.Slice(1, 2)], network.PredictActionChunk(
            observation.ToDictionary(o => o.Key, o => o.Value[TensorIndex.Slice(1, 2)]), [Fixed(noise[TensorIndex.Slice(1, 2)])]));
    }

    [Theory]
    [InlineData(false, 1)]
    [InlineData(false, 2)]
    [InlineData(true, 1)]
    [InlineData(true, 2)]
    public void Pi0_and_pi05_equal_the_plain_network(bool pi05, int cameras)
    {
        using var weights = new Weights(7) { NormMean = 0 };
        PiConfig config = pi05 ? new Pi05Config() : new Pi0Config();
        (config.ChunkSize, config.NActionSteps, config.NumInferenceSteps, config.MaxActionDim) = (6, 6, 3, 8);
        config.OutputFeatures["action"] = new PolicyFeature(FeatureType.ACTION, [8]);
        var observation = PaliGemmaInputs(config, cameras);
        config.Validate();
        var plain = new PlainPaliGemma(weights, 40, 8, 3, 64, 32, 2, 7, 50) { ExpertWidth = 24, ExpertHidden = 48, Steps = 3 };
        Tensor[] images = [.. config.Images.Select(name => observation[name])];
        var (ids, mask, noise) = (observation["observation.language.tokens"], observation["observation.language.attention_mask"], randn([2, 6, 8], generator: _generator));
        var expected = pi05
            ? plain.Pi05(images, ids, mask, noise)
            : plain.Pi0(images, ids, mask, nn.functional.pad(observation["observation.state"], [0, 27]), noise);
        weights.Save(_model);
        using var network = config.NewNetwork(StateDict.Open(_model, CPU), []);
        Same(expected, network.PredictActionChunk(observation, [Fixed(noise[TensorIndex.Slice(0, 1)]), Fixed(noise[TensorIndex.Slice(1, 2)])]));
        Same(expected[TensorIndex.Slice(1, 2)], network.PredictActionChunk(
            observation.ToDictionary(o => o.Key, o => o.Value[TensorIndex.Slice(1, 2)]), [Fixed(noise[TensorIndex.Slice(1, 2)])]));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public void Pi0Fast_generates_the_tokens_of_the_plain_network(int cameras)
    {
        using var weights = new Weights(8) { NormMean = 0 };
        var config = new Pi0FastConfig { MaxDecodingSteps = 12, TokenizerPath = TestTokenizers.Folder };
        config.OutputFeatures["action"] = new PolicyFeature(FeatureType.ACTION, [8]);
        var observation = PaliGemmaInputs(config, cameras);
        config.Validate();
        var actions = new ActionTokens(config);
        var plain = new PlainPaliGemma(weights, 40, 8, 3, 64, 32, 2, 7, 1000);
        Tensor[] images = [.. config.Images.Select(name => observation[name])];
        var expected = plain.Generate(
            images, observation["observation.language.tokens"], observation["observation.language.attention_mask"], actions.Bos, 12);
        weights.Save(_model);
        using var network = new Pi0FastNetwork(config, StateDict.Open(_model, CPU), actions);
        int[][] tokens = network.Generate(observation, [Fixed(zeros(1)), Fixed(zeros(1))]);
        long[] all = [.. expected.contiguous().data<long>()];
        Assert.DoesNotContain((long?)actions.EndId, all.Select(token => (long?)token));
        Assert.Equal(all, tokens.SelectMany(row => row.Select(token => (long)token)));
        Assert.True(all.Distinct().Count() > 2);
    }

    /// <summary>How a convolution is computed depends on its width and on how many images a call has, and of what size.</summary>
    [Theory]
    [InlineData(false, 1, 200, 280, true)]
    [InlineData(false, 5, 128, 120, true)]
    [InlineData(false, 5, 96, 90, false)]
    [InlineData(true, 2, 128, 128, true)]
    [InlineData(true, 2, 16, 16, false)]
    public void A_backbone_of_any_layout_equals_the_plain_one(bool groupNorm, int count, int height, int width, bool byTiles)
    {
        Assert.Equal(byTiles && Avx2.IsSupported, WinogradConv2d.Pays(zeros(256, 256, 3, 3), (count, (height + 15) / 16, (width + 15) / 16)));
        using var weights = new Weights(9);
        var plain = new PlainDiffusion(weights, [16], 5, 4, 16, true, 4, groupNorm, null) { ResNetWidths = [16, 32, 256, 256] };
        var image = randn([count, 3, height, width], generator: _generator);
        var expected = plain.Encode("e", image);
        weights.Save(_model);
        using var state = StateDict.Open(_model, CPU);
        Same(expected, new RgbEncoder(state["e"], "resnet18", groupNorm, 4, null, null, (height, width), count).Forward(image));
    }

    [Theory]
    [InlineData(50, 70)]
    [InlineData(50, 90)]
    [InlineData(64, 70)]
    public void An_image_that_is_smaller_than_the_crop_has_zeros_around_it(int height, int width)
    {
        // torchvision 0.27, center_crop: zeros first, the smaller half on the left and on top, then the crop.
        using var weights = new Weights(3);
        var plain = new PlainDiffusion(weights, [16], 5, 4, 16, true, 4, false, [61, 83]);
        var image = randn([2, 3, height, width], generator: _generator);
        int rows = Math.Max(61 - height, 0), columns = Math.Max(83 - width, 0);
        var padded = nn.functional.pad(image, [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2]);
        var expected = plain.Encode("e", padded);
        weights.Save(_model);
        using var state = StateDict.Open(_model, CPU);
        Same(expected, new RgbEncoder(state["e"], "resnet18", false, 4, null, [61, 83], (height, width), 1).Forward(image));
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        float[] values = [.. expected.contiguous().data<float>()];
        Close(values, actual.contiguous().data<float>().ToArray(), 1e-5 * Math.Max(1, Largest(values)), "chunk");
        Assert.True(Largest(values) > 0.1);
    }

    /// <summary>Inputs of two episodes for a policy with PaliGemma: 28x28 images, and instructions of different lengths.</summary>
    private Dictionary<string, Tensor> PaliGemmaInputs(PaliGemmaConfig config, int cameras)
    {
        (config.Path, config.ImageResolution) = (".", [28, 28]);
        config.InputFeatures["observation.state"] = new PolicyFeature(FeatureType.STATE, [5]);
        var observation = new Dictionary<string, Tensor>
        {
            ["observation.state"] = randn([2, 5], generator: _generator),
            ["observation.language.tokens"] = randint(0, 50, [2, 7], ScalarType.Int64, generator: _generator),
            ["observation.language.attention_mask"] = tensor([true, true, true, true, true, true, true, true, true, true, true, false, false, false]).view(2, 7),
        };
        for (int i = 0; i < cameras; i++)
        {
            config.InputFeatures[$"observation.images.{i}"] = new PolicyFeature(FeatureType.VISUAL, [3, 28, 28]);
            observation[$"observation.images.{i}"] = rand([2, 3, 28, 28], generator: _generator);
        }

        return observation;
    }

    private static EpisodeState Fixed(Tensor noise) => new(new RecordedNoise(new Draws([.. noise.contiguous().data<float>()])));

    private sealed class Draws(float[] values) : IRandomDraws
    {
        public float[] Next(ReadOnlySpan<long> shape) => values;
    }

    /// <summary>Draws for a plain network, and the same again for episodes.</summary>
    private sealed class RepeatedDraws(Generator generator) : IPlainDraws
    {
        private readonly List<Tensor> _drawn = [];

        public Tensor Randn(params long[] size) => Drawn(randn(size, generator: generator));

        public Tensor Randint(long high, long count) => Drawn(randint(0, high, [count], ScalarType.Int64, generator: generator));

        public Tensor Multinomial(Tensor weights) => Drawn(multinomial(weights, 1, generator: generator));

        public EpisodeState[] Episodes(int count, PolicyNetwork? network = null) =>
            [.. Enumerable.Range(0, count).Select(i => new EpisodeState(new RecordedNoise(new Rows([.. _drawn], count, i)), network?.NewMemory()))];

        private Tensor Drawn(Tensor values)
        {
            _drawn.Add(values);
            return values;
        }

        private sealed class Rows(Queue<Tensor> drawn, int count, int index) : IRandomDraws
        {
            public Rows(IEnumerable<Tensor> drawn, int count, int index) : this(new Queue<Tensor>(drawn), count, index)
            {
            }

            public float[] Next(ReadOnlySpan<long> shape)
            {
                var all = drawn.Dequeue();
                long rows = all.shape[0] / count;
                var own = all.narrow(0, index * rows, rows);
                Assert.Equal(own.shape, shape.ToArray());
                return [.. own.to(ScalarType.Float32).contiguous().data<float>()];
            }
        }
    }
}
