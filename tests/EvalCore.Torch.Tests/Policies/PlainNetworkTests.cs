using EvalCore.Policies;
using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using EvalCore.Torch.Policies;
using EvalCore.Torch.Policies.Act;
using EvalCore.Torch.Policies.Diffusion;
using EvalCore.Torch.Tests.Plain;
using static EvalCore.Torch.Tests.Closeness;
using static TorchSharp.torch;

namespace EvalCore.Torch.Tests.Policies;

/// <summary>The options no recorded checkpoint has, against plain networks with the same random weights.</summary>
public sealed class PlainNetworkTests : IDisposable
{
    private readonly string _model = Path.GetTempFileName();
    private readonly TorchSharp.DisposeScope _scope = NewDisposeScope();

    public void Dispose()
    {
        _scope.Dispose();
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
        var observation = new Dictionary<string, Tensor> { ["observation.state"] = randn(2, 5) };
        if (envState)
        {
            config.InputFeatures["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [7]);
            observation["observation.environment_state"] = randn(2, 7);
        }

        for (int i = 0; i < cameras; i++)
        {
            config.InputFeatures[$"observation.images.{i}"] = new PolicyFeature(FeatureType.VISUAL, [3, 64, 96]);
            observation[$"observation.images.{i}"] = randn(2, 3, 64, 96);
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
        var observation = new Dictionary<string, Tensor> { ["observation.state"] = randn(4, 5) };
        var features = new List<Tensor> { observation["observation.state"] };
        for (int i = 0; i < cameras; i++)
        {
            string name = $"observation.images.{i}";
            config.InputFeatures[name] = new PolicyFeature(FeatureType.VISUAL, [3, 64, 96]);
            observation[name] = randn(4, 3, 64, 96);
            features.Add(plain.Encode(separate ? $"diffusion.rgb_encoder.{i}" : "diffusion.rgb_encoder", observation[name]));
        }

        if (envState)
        {
            config.InputFeatures["observation.environment_state"] = new PolicyFeature(FeatureType.ENV, [7]);
            observation["observation.environment_state"] = randn(4, 7);
            features.Add(observation["observation.environment_state"]);
        }

        config.Validate();
        var global = cat(features, 1).reshape(2, -1);
        var scheduler = new NoiseScheduler(config);
        var start = randn(2, 8, 3);
        var sample = start;
        foreach (int timestep in scheduler.Timesteps)
            sample = scheduler.Step(plain.Unet(sample, timestep, global), timestep, sample, null);

        weights.Save(_model);
        using var network = new DiffusionNetwork(config, StateDict.Open(_model, CPU), [.. config.Images.Select(_ => (64, 96))]);
        var actual = network.PredictActionChunk(observation, [Fixed(start[TensorIndex.Slice(0, 1)]), Fixed(start[TensorIndex.Slice(1, 2)])]);
        Same(sample.narrow(1, 1, 4), actual);
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
        var image = randn(2, 3, height, width);
        int rows = Math.Max(61 - height, 0), columns = Math.Max(83 - width, 0);
        var padded = nn.functional.pad(image, [columns / 2, columns - columns / 2, rows / 2, rows - rows / 2]);
        var expected = plain.Encode("e", padded);
        weights.Save(_model);
        using var state = StateDict.Open(_model, CPU);
        Same(expected, new RgbEncoder(state["e"], "resnet18", false, 4, null, [61, 83], (height, width)).Forward(image));
    }

    private static void Same(Tensor expected, Tensor actual)
    {
        Assert.Equal(expected.shape, actual.shape);
        float[] values = [.. expected.contiguous().data<float>()];
        Close(values, actual.contiguous().data<float>().ToArray(), 1e-5 * Math.Max(1, Largest(values)), "chunk");
        Assert.True(Largest(values) > 0.1);
    }

    private static EpisodeState Fixed(Tensor noise) => new(new RecordedNoise(new Draws([.. noise.contiguous().data<float>()])));

    private sealed class Draws(float[] values) : IRandomDraws
    {
        public float[] Next(ReadOnlySpan<long> shape) => values;
    }
}
