using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Act;

/// <summary>
/// ACT, the Action Chunking Transformer (Zhao et al., 2023), as LeRobot v0.6.1 evaluates it: the latent is zero, and the
/// variational encoder is not used. What does not depend on the observation is computed once: the latent token, all
/// positions' projections, and the first decoder layer up to its cross-attention, because the decoder's input is zero.
/// </summary>
internal sealed class ActNetwork : PolicyNetwork
{
    private readonly ActConfig _config;
    private readonly StateDict _state;
    private readonly Tensor _latentToken;
    private readonly Linear? _robotState;
    private readonly Linear? _envState;
    private readonly ResNet? _backbone;
    private readonly Conv2d? _imgProj;
    private readonly ActEncoder _encoder;
    private readonly ActDecoder _decoder;
    private readonly Linear _actionHead;
    private readonly TemporalEnsembler? _ensembler;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="images">Height and width of each image, in the configuration's order.</param>
    public ActNetwork(ActConfig config, StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        _config = config;
        _state = state;
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var model = state["model"];
        long width = config.DimModel;

        // The latent is zero, so its token is the projection's bias.
        model["encoder_latent_input_proj"].LoadTemporary("weight", width, config.LatentDim);
        var tokens = new List<Tensor> { model["encoder_latent_input_proj"].LoadTemporary("bias", width) };
        _latentToken = model.Keep(tokens[0].reshape(1, 1, width));
        if (config.RobotState is { } robotState)
            _robotState = new Linear(model["encoder_robot_state_input_proj"], robotState.Shape[0], width);
        if (config.EnvState is { } envState)
            _envState = new Linear(model["encoder_env_state_input_proj"], config.InputFeatures[envState].Shape[0], width);

        int vectors = 1 + (_robotState is null ? 0 : 1) + (_envState is null ? 0 : 1);
        var positions = new List<Tensor> { model["encoder_1d_feature_pos_embed"].LoadTemporary("weight", vectors, width) };
        if (config.Images.Count > 0)
        {
            _backbone = new ResNet(
                config.VisionBackbone, model["backbone"], ResNet.ModuleNames, groupNorm: false,
                (1, images.Max(image => image.Height), images.Max(image => image.Width)), config.ReplaceFinalStrideWithDilation);
            long[] map = [];
            foreach (var (height, w) in images)
            {
                map = _backbone.Forward(zeros(1, 3, height, w, device: state.Device)).shape;
                positions.Add(SinusoidalPositions2d.Make(map[2], map[3], width, state.Device));
            }

            var projection = model["encoder_img_feat_input_proj"];
            _imgProj = new Conv2d(
                projection, projection.LoadTemporary("weight", width, _backbone.OutChannels, 1, 1), projection.LoadTemporary("bias", width), (1, map[2], map[3]));
        }

        var encoderPositions = cat(positions, dim: 0).unsqueeze(0);
        var decoderPositions = model["decoder_pos_embed"].LoadTemporary("weight", config.ChunkSize, width).unsqueeze(0);
        _encoder = new ActEncoder(config, model["encoder"], encoderPositions);
        _decoder = new ActDecoder(config, model["decoder"], encoderPositions, decoderPositions);
        _actionHead = new Linear(model["action_head"], width, config.ActionDim);
        if (config.TemporalEnsembleCoeff is { } coefficient)
            _ensembler = new TemporalEnsembler(coefficient, config.ChunkSize, model);
        state.Close(unused: name => name.StartsWith("model.vae_encoder", StringComparison.Ordinal));
    }

    public override int ObservationSteps => 1;

    public override int ActionSteps => _config.NActionSteps;

    public override long Parameters => _state.Parameters;

    public override IDisposable? NewMemory() => _ensembler is null ? null : new TemporalEnsembler.Ensemble();

    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var encoded = _encoder.Forward(Tokens(observation), ForwardHook);
        ForwardHook?.Invoke("model.encoder", encoded);
        var decoded = _decoder.Forward(encoded, ForwardHook);
        ForwardHook?.Invoke("model.decoder", decoded);
        return _actionHead.Forward(decoded);
    }

    public override Tensor SelectActions(Tensor chunk, IReadOnlyList<EpisodeState> episodes) =>
        _ensembler?.Select(chunk, episodes) ?? base.SelectActions(chunk, episodes);

    public override void Dispose() => _state.Dispose();

    /// <summary>Latent, robot state, environment state, images in row-major order: [B, S, D].</summary>
    private Tensor Tokens(IReadOnlyDictionary<string, Tensor> observation)
    {
        var tokens = new List<Tensor>(4) { _latentToken };
        if (_robotState is not null)
            tokens.Add(_robotState.Forward(observation[FeatureNames.State]).unsqueeze(1));
        if (_envState is not null)
            tokens.Add(_envState.Forward(observation[_config.EnvState!]).unsqueeze(1));
        foreach (string image in _config.Images)
        {
            var map = _backbone!.Forward(observation[image]);
            ForwardHook?.Invoke("model.backbone", map);
            map = _imgProj!.Forward(map);
            ForwardHook?.Invoke("model.encoder_img_feat_input_proj", map);
            tokens.Add(map.flatten(2).transpose(1, 2));
        }

        long batch = tokens[1].shape[0];
        if (batch > 1)
            tokens[0] = _latentToken.expand(batch, 1, -1);
        return cat(tokens, dim: 1);
    }
}
