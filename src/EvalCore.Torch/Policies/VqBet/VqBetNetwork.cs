using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.VqBet;

/// <summary>
/// VQ-BeT, the Vector-Quantized Behavior Transformer (Lee et al., 2024), as LeRobot v0.6.1 evaluates it: a GPT over image,
/// state and action tokens of the last observations; an action token to codes and offsets; codes to a chunk by the decoder
/// of a residual VQ-VAE.
/// </summary>
internal sealed class VqBetNetwork : PolicyNetwork
{
    private const string VqVae = "vqbet.action_head.vqvae_model";

    private readonly VqBetConfig _config;
    private readonly StateDict _state;
    private readonly string _image;
    private readonly RgbEncoder _rgbEncoder;
    private readonly Linear _rgbFeatureProjector;
    private readonly Linear _stateProjector;
    private readonly Tensor _actionToken;
    private readonly Gpt _policy;
    private readonly VqBetHead _actionHead;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="image">Height and width of the image.</param>
    public VqBetNetwork(VqBetConfig config, StateDict state, (int Height, int Width) image)
    {
        (_config, _state, _image) = (config, state, config.Images[0]);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var vqbet = state["vqbet"];
        _rgbEncoder = new RgbEncoder(
            vqbet["rgb_encoder"], config.VisionBackbone, config.UseGroupNorm, config.SpatialSoftmaxNumKeypoints, resize: null, config.CropShape, image,
            config.NObsSteps);
        _rgbFeatureProjector = new Linear(vqbet["rgb_feature_projector"][0], _rgbEncoder.Features, config.GptInputDim);
        _stateProjector = new Linear(vqbet["state_projector"][0], config.RobotState!.Shape[0], config.GptInputDim);
        _actionToken = vqbet.Load("action_token", 1, 1, config.GptInputDim);
        _policy = new Gpt(config, vqbet["policy"]);
        _actionHead = new VqBetHead(config, vqbet["action_head"]);
        if (!state.ReadBool($"{VqVae}.discretized"))
            Notes = [$"{state.Paths[^1]}: '{VqVae}.discretized' is false: training ended before the codebooks were complete, so the actions are not those of a trained policy; evaluate a later checkpoint"];
        state.Close(IsUnused);
    }

    public override int ObservationSteps => _config.NObsSteps;

    public override int ActionSteps => _config.ActionChunkSize;

    public override long Parameters => _state.Parameters;

    public override IReadOnlyList<string> Notes { get; } = [];

    /// <summary>Which action token's chunk is played: that of the present observation.</summary>
    private int Played => _config.NObsSteps - 1;

    /// <summary>LeRobot predicts a chunk of every action token. Without a hook, only the one that is played is computed.</summary>
    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var hook = ForwardHook?.Within("vqbet");
        var tokens = Tokens(observation, episodes.Count, hook);
        if (hook is null)
            return _actionHead.Forward(_policy.Forward(tokens, _config.ActionTokens[Played], null), episodes, null).squeeze(1);
        var features = _policy.Forward(tokens, null, hook).index_select(1, tensor([.. _config.ActionTokens]).to(_state.Device));
        return _actionHead.Forward(features, episodes, hook).select(1, Played);
    }

    public override void Dispose() => _state.Dispose();

    /// <summary>What evaluation does not use: masks, the encoder of the VQ-VAE, and what training keeps of the codebooks.</summary>
    private static bool IsUnused(string name) =>
        name.EndsWith(".num_batches_tracked", StringComparison.Ordinal)
        || name.EndsWith(".attn.bias", StringComparison.Ordinal)
        || name == "vqbet.select_target_actions_indices"
        || name.StartsWith($"{VqVae}.encoder.", StringComparison.Ordinal)
        || name == $"{VqVae}.discretized"
        || (name.StartsWith($"{VqVae}.vq_layer.", StringComparison.Ordinal) && !name.EndsWith(".embed", StringComparison.Ordinal));

    /// <summary>Image, state and action token of each observation, oldest first, then the action tokens of later steps: [B, S, D].</summary>
    private Tensor Tokens(IReadOnlyDictionary<string, Tensor> observation, long batch, Action<string, Tensor>? hook)
    {
        var features = _rgbEncoder.Forward(observation[_image], hook?.Within("rgb_encoder"));
        hook?.Invoke("rgb_encoder", features);
        var image = _rgbFeatureProjector.Forward(features);
        hook?.Invoke("rgb_feature_projector", image.reshape(batch, _config.NObsSteps, 1, -1));
        var state = _stateProjector.Forward(observation[FeatureNames.State]);
        hook?.Invoke("state_projector", state.reshape(batch, _config.NObsSteps, -1));
        var observed = stack([image, state, _actionToken[0].expand_as(state)], dim: 1).reshape(batch, 3 * _config.NObsSteps, -1);
        return cat([observed, _actionToken.expand(batch, _config.NActionPredToken - 1, -1)], dim: 1);
    }
}
