using System.Text.Json.Nodes;
using BenchmarkDotNet.Attributes;
using EvalCore.Torch;
using EvalCore.Torch.Checkpoints;
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
using static TorchSharp.torch;

namespace Torch.Benchmarks;

/// <summary>
/// One forward pass of a network with random weights, one episode, one thread, and the same in plain eager libtorch calls: one
/// call for each operator of LeRobot's module, nothing computed beforehand. Sizes are LeRobot's defaults, but for Diffusion's
/// U-Net (half as wide, 10 steps), X-VLA (Florence-2-base with fewer layers), and the policies with PaliGemma or SmolVLM2, which
/// have a few narrower layers. pi0-FAST generates 20 tokens; its tokenizers are in the folder of <c>EVALCORE_MIRROR</c>.
/// </summary>
public class NetworkInference
{
    private readonly string _file = Path.GetTempFileName();
    private Weights _weights = null!;
    private PolicyNetwork _network = null!;
    private EpisodeState[] _episodes = [];
    private Dictionary<string, Tensor> _observation = [];
    private Func<Tensor> _plain = null!;

    /// <summary>All networks.</summary>
    public static string[] Networks { get; } = ["act 96x96", "act 480x640", "diffusion 96x96", "vqbet 96x96", "tdmpc 84x84", "xvla 224x224",
        "smolvla 256x256", "pi0 224x224", "pi05 224x224", "pi0_fast 224x224"];

    /// <summary>The network, and the size of its images.</summary>
    [ParamsSource(nameof(Networks))]
    public string Network { get; set; } = "";

    [GlobalSetup]
    public void Setup()
    {
        TorchThreads.Load();
        TorchThreads.Use(1);
        random.manual_seed(1);
        _weights = new Weights(1);
        int[] size = [.. Network.Split(' ')[1].Split('x').Select(int.Parse)];
        LeRobotConfig config = Network.Split(' ')[0] switch
        {
            "act" => Act(size[0], size[1]),
            "diffusion" => Diffusion(size[0], size[1]),
            "vqbet" => VqBet(size[0], size[1]),
            "tdmpc" => TdMpc(size[0], size[1]),
            "xvla" => XVla(size[0], size[1]),
            "smolvla" => SmolVla(size[0]),
            "pi0" => Pi0(size[0]),
            "pi05" => Pi05(size[0]),
            _ => Pi0Fast(size[0]),
        };
        config.Validate();
        using (inference_mode())
        using (NewDisposeScope())
        {
            _plain();
            _weights.Save(_file);
        }

        _network = config.NewNetwork(StateDict.Open(_file, CPU), [.. config.Images.Select(_ => (size[0], size[1]))]);
        _episodes = [new EpisodeState(new GeneratorNoise(1L), _network.NewMemory())];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _network.Dispose();
        _weights.Dispose();
        _episodes[0].Dispose();
        File.Delete(_file);
    }

    [Benchmark(Baseline = true)]
    public void Plain()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _plain();
    }

    [Benchmark]
    public void EvalCore()
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _network.PredictActionChunk(_observation, _episodes);
    }

    private T With<T>(T config, int actionDim, int stateDim, string image, int height, int width, int steps = 1) where T : LeRobotConfig
    {
        config.Path = ".";
        config.OutputFeatures["action"] = new PolicyFeature(FeatureType.ACTION, [actionDim]);
        config.InputFeatures["observation.state"] = new PolicyFeature(FeatureType.STATE, [stateDim]);
        config.InputFeatures[image] = new PolicyFeature(FeatureType.VISUAL, [3, height, width]);
        _observation = new()
        {
            ["observation.state"] = randn(steps, stateDim).DetachFromDisposeScope(),
            [image] = rand(steps, 3, height, width).DetachFromDisposeScope(),
        };
        return config;
    }

    private ActConfig Act(int height, int width)
    {
        const string Image = "observation.images.top";
        var config = With(new ActConfig(), 14, 14, Image, height, width);
        config.LatentDim = 8;
        var plain = new PlainAct(
            _weights, config.DimModel, config.NHeads, config.DimFeedforward, config.NEncoderLayers, config.NDecoderLayers, config.ChunkSize, false, "relu",
            [2, 2, 2, 2], false, [64, 128, 256, 512], false);
        _plain = () => plain.Forward(_observation["observation.state"], null, [_observation[Image]], 14);
        return config;
    }

    private DiffusionConfig Diffusion(int height, int width)
    {
        const string Image = "observation.image";
        var config = With(new DiffusionConfig(), 2, 2, Image, height, width, steps: 2);
        (config.Horizon, config.NActionSteps, config.DownDims, config.CropShape) = (16, 8, [256, 512, 1024], [84, 84]);
        (config.UseSeparateRgbEncoderPerCamera, config.NumInferenceSteps, config.NoiseSchedulerType) = (false, 10, "DDIM");
        var plain = new PlainDiffusion(_weights, config.DownDims, config.KernelSize, config.NGroups, config.DiffusionStepEmbedDim, true, config.SpatialSoftmaxNumKeypoints, false, config.CropShape)
        {
            ResNetWidths = [64, 128, 256, 512],
        };
        var scheduler = new NoiseScheduler(config);
        _plain = () =>
        {
            var global = cat([_observation["observation.state"], plain.Encode("diffusion.rgb_encoder", _observation[Image])], 1).reshape(1, -1);
            var sample = randn(1, config.Horizon, 2);
            foreach (int timestep in scheduler.Timesteps)
                sample = scheduler.Step(plain.Unet(sample, timestep, global), timestep, sample, null);
            return sample;
        };
        return config;
    }

    private VqBetConfig VqBet(int height, int width)
    {
        const string Image = "observation.image";
        var config = With(new VqBetConfig(), 2, 2, Image, height, width, steps: 5);
        _weights.Flags["vqbet.action_head.vqvae_model.discretized"] = true;
        var plain = new PlainVqBet(
            _weights, config.NObsSteps, config.NActionPredToken, config.ActionChunkSize, 2, config.SpatialSoftmaxNumKeypoints, config.VqvaeNEmbed,
            config.VqvaeEmbeddingDim, config.VqvaeEncHiddenDim, config.GptBlockSize, config.GptInputDim, config.GptOutputDim, config.GptNLayer,
            config.GptNHead, config.GptHiddenDim, config.BetSoftmaxTemperature, false, false, config.CropShape, [64, 128, 256, 512]);
        _plain = () => plain.Forward(_observation[Image], _observation["observation.state"], probabilities => multinomial(probabilities, 1));
        return config;
    }

    private TdMpcConfig TdMpc(int height, int width)
    {
        const string Image = "observation.image";
        var config = With(new TdMpcConfig(), 4, 4, Image, height, width);
        var plain = new PlainTdMpc(
            _weights, config.Horizon, config.ImageEncoderHiddenDim, config.StateEncoderHiddenDim, config.LatentDim, config.QEnsembleSize, config.MlpDim, 4,
            config.Discount, config.CemIterations, config.MaxStd, config.MinStd, config.NGaussianSamples, config.NPiSamples,
            config.UncertaintyRegularizerCoeff, config.NElites, config.EliteWeightingTemperature, config.GaussianMeanMomentum);
        var draws = new FreshDraws();
        _plain = () => plain.Plan(plain.Encode(_observation[Image], _observation["observation.state"], null), null, draws).Actions;
        return config;
    }

    private XVlaConfig XVla(int height, int width)
    {
        const string Image = "observation.images.image";
        var config = With(new XVlaConfig(), 20, 20, Image, height, width);
        (config.HiddenSize, config.Depth, config.NumHeads, config.MaxStateDim, config.NumImageViews) = (768, 4, 12, 20, 2);
        config.Bind(JsonNode.Parse("""
            {"florence_config": {"vision_config": {"num_heads": [4, 8, 16, 32], "num_groups": [4, 8, 16, 32]}, "text_config": {"encoder_attention_heads": 12}}}
            """)!.AsObject());
        var plain = new PlainXVla(
            _weights, [1, 1, 3, 1], [128, 256, 512, 1024], [4, 8, 16, 32], [4, 8, 16, 32], [7, 3, 3, 3], [4, 2, 2, 2], [3, 1, 1, 1], [false, true, true, true],
            12, 768, 3, 12, 1000, 1026, 50, config.HiddenSize, config.Depth, config.NumHeads, config.NumDomains, config.LenSoftPrompts,
            config.DimTime, config.MaxLenSeq, false, config.ChunkSize, 20, 20, 2, config.NumDenoisingSteps, [9, 19]);
        _observation["observation.language.tokens"] = randint(0, 1000, [1, config.TokenizerMaxLength], ScalarType.Int64).DetachFromDisposeScope();
        _observation["domain_id"] = tensor([3L]).DetachFromDisposeScope();
        _plain = () => plain.Forward(
            [_observation[Image]], _observation["observation.language.tokens"], _observation["observation.state"], _observation["domain_id"],
            randn(1, config.ChunkSize, 20));
        return config;
    }

    private SmolVlaConfig SmolVla(int size)
    {
        const string Image = "observation.images.image";
        var config = With(new SmolVlaConfig(), 7, 8, Image, size, size);
        config.ResizeImgsWithPadding = [size, size];
        config.NumVlmLayers = 4;
        var (ids, mask) = Instruction(config.TokenizerMaxLength);
        var plain = new PlainSmolVla(_weights, 960, 480, 64, 4, 4, layer => layer % 2 == 0, 384, 16, 4, 1000, config.NumSteps) { Hidden = 1280, VisionLayers = 4 };
        _plain = () => plain.Forward([_observation[Image]], ids, mask, _observation["observation.state"], randn(1, config.ChunkSize, config.MaxActionDim));
        return config;
    }

    private Pi0Config Pi0(int size)
    {
        const string Image = "observation.images.image";
        var config = With(new Pi0Config(), 7, 8, Image, size, size);
        var (ids, mask) = Instruction(config.TokenizerMaxLength);
        var plain = WithExpert(config);
        var state = nn.functional.pad(_observation["observation.state"], [0, 24]).DetachFromDisposeScope();
        _plain = () => plain.Pi0([_observation[Image]], ids, mask, state, randn(1, config.ChunkSize, config.MaxActionDim));
        return config;
    }

    private Pi05Config Pi05(int size)
    {
        const string Image = "observation.images.image";
        var config = With(new Pi05Config(), 7, 8, Image, size, size);
        var (ids, mask) = Instruction(config.TokenizerMaxLength);
        var plain = WithExpert(config);
        _plain = () => plain.Pi05([_observation[Image]], ids, mask, randn(1, config.ChunkSize, config.MaxActionDim));
        return config;
    }

    private Pi0FastConfig Pi0Fast(int size)
    {
        const string Image = "observation.images.image";
        var config = With(new Pi0FastConfig(), 7, 8, Image, size, size);
        (config.MaxDecodingSteps, config.ValidateActionTokenPrefix) = (20, false);
        config.TokenizerPath = ReferenceCheckpoint.Tokenizer("paligemma_like");
        config.ActionTokenizerName = ReferenceCheckpoint.Tokenizer("fast_like");
        var (ids, mask) = Instruction(config.TokenizerMaxLength);
        var plain = new PlainPaliGemma(_weights, 512, 64, 4, 2048, 384, 4, 14, 1000);
        _plain = () => plain.Generate([_observation[Image]], ids, mask, 2, config.MaxDecodingSteps);
        return config;
    }

    /// <summary>A small PaliGemma with an action expert.</summary>
    private PlainPaliGemma WithExpert(PiConfig config) =>
        new(_weights, 512, 64, 4, 2048, 384, 4, 14, 1000) { ExpertWidth = 256, ExpertHidden = 1024, Steps = config.NumInferenceSteps };

    /// <summary>An instruction of 20 tokens, padded.</summary>
    private (Tensor Ids, Tensor Mask) Instruction(int length)
    {
        var ids = randint(0, 900, [1, length], ScalarType.Int64).DetachFromDisposeScope();
        var mask = (arange(length) < 20).unsqueeze(0).DetachFromDisposeScope();
        _observation["observation.language.tokens"] = ids;
        _observation["observation.language.attention_mask"] = mask;
        return (ids, mask);
    }

    private sealed class FreshDraws : IPlainDraws
    {
        public Tensor Randn(params long[] size) => randn(size);

        public Tensor Randint(long high, long count) => randint(0, high, [count], ScalarType.Int64);

        public Tensor Multinomial(Tensor weights) => multinomial(weights, 1);
    }
}
