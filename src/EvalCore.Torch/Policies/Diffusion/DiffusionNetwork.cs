using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Diffusion;

/// <summary>
/// Diffusion Policy (Chi et al., 2023), as LeRobot v0.6.1 evaluates it: observations to a condition, noise to a trajectory
/// by a conditional U-Net, actions from the present step on.
/// </summary>
internal sealed class DiffusionNetwork : PolicyNetwork
{
    private readonly DiffusionConfig _config;
    private readonly StateDict _state;
    private readonly RgbEncoder[] _encoders;
    private readonly NoiseScheduler _scheduler;
    private readonly ConditionalUnet1d _unet;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="images">Height and width of each image, in the configuration's order.</param>
    public DiffusionNetwork(DiffusionConfig config, StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        _config = config;
        _state = state;
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var diffusion = state["diffusion"];
        if (images.Distinct().Count() > 1)
            throw new EvalCoreException($"a Diffusion policy reads images of one size, but these are {string.Join(", ", images.Select(p => $"{p.Height}x{p.Width}"))}");

        _encoders = config.Images.Count == 0 ? [] : config.UseSeparateRgbEncoderPerCamera
            ? [.. images.Select((image, i) => Encoder(diffusion["rgb_encoder"][i], image))]
            : [Encoder(diffusion["rgb_encoder"], images[0])];
        int features = config.RobotState!.Shape[0]
            + config.Images.Count * (_encoders.Length == 0 ? 0 : _encoders[0].Features)
            + (config.EnvState is { } envState ? config.InputFeatures[envState].Shape[0] : 0);

        _scheduler = new NoiseScheduler(config);
        _unet = new ConditionalUnet1d(config, diffusion["unet"], features * config.NObsSteps, _scheduler.Timesteps);
        state.Close(unused: name => name.EndsWith(".num_batches_tracked", StringComparison.Ordinal));

        RgbEncoder Encoder(StateDict part, (int Height, int Width) image) => new(
            part, config.VisionBackbone, config.UseGroupNorm, config.SpatialSoftmaxNumKeypoints, config.ResizeShape, config.Crop, image, config.NObsSteps);
    }

    public override int ObservationSteps => _config.NObsSteps;

    public override int ActionSteps => _config.PlayedSteps;

    public override long Parameters => _state.Parameters;

    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var condition = _unet.Condition(GlobalCondition(observation, episodes.Count));
        var sample = Randn(episodes);
        for (int i = 0; i < _scheduler.Timesteps.Count; i++)
        {
            using var scope = NewDisposeScope();
            int timestep = _scheduler.Timesteps[i];
            var output = _unet.Forward(sample, episodes.Count, i, condition, i < 2 ? ForwardHook : null);
            var next = _scheduler.Step(output, timestep, sample, _scheduler.AddsNoise(timestep) ? Randn(episodes) : null);
            sample = next.MoveToOuterDisposeScope();
        }

        return sample.narrow(1, _config.NObsSteps - 1, _config.PlayedSteps);
    }

    public override void Dispose() => _state.Dispose();

    /// <summary>State, images and environment state of every step, oldest first: [B, steps * features].</summary>
    private Tensor GlobalCondition(IReadOnlyDictionary<string, Tensor> observation, int batch)
    {
        var features = new List<Tensor> { observation[FeatureNames.State] };
        for (int i = 0; i < _config.Images.Count; i++)
        {
            var encoder = _encoders[_encoders.Length == 1 ? 0 : i];
            Action<string, Tensor>? hook = ForwardHook is null ? null : (name, x) => ForwardHook($"diffusion.rgb_encoder.{name}", x);
            features.Add(encoder.Forward(observation[_config.Images[i]], hook));
            ForwardHook?.Invoke("diffusion.rgb_encoder", features[^1]);
        }

        if (_config.EnvState is not null)
            features.Add(observation[_config.EnvState]);
        return cat(features, dim: 1).reshape(batch, -1);
    }

    /// <summary>A trajectory of noise for each episode: [B, horizon, action].</summary>
    private Tensor Randn(IReadOnlyList<EpisodeState> episodes)
    {
        var draws = new Tensor[episodes.Count];
        for (int i = 0; i < draws.Length; i++)
            draws[i] = episodes[i].Noise.Randn(1, _config.Horizon, _config.ActionDim);
        return cat(draws, dim: 0).to(_state.Device);
    }
}
