using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.TdMpc;

/// <summary>
/// TD-MPC (Hansen et al., 2022) with the uncertainty of FOWM (Feng et al., 2023), as LeRobot v0.6.1 evaluates it: an
/// observation to a latent state, and a plan of actions whose value a learned model predicts. The target model of training is
/// not used.
/// </summary>
internal sealed class TdMpcNetwork : PolicyNetwork
{
    private readonly TdMpcConfig _config;
    private readonly StateDict _state;
    private readonly ObservationEncoder _encoder;
    private readonly Told _model;
    private readonly Planner _planner;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="images">Height and width of the image, where there is one.</param>
    public TdMpcNetwork(TdMpcConfig config, StateDict state, IReadOnlyList<(int Height, int Width)> images)
    {
        (_config, _state) = (config, state);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _encoder = new ObservationEncoder(config, state["model"]["_encoder"], images.Count == 0 ? null : images[0]);
        _model = new Told(config, state["model"]);
        _planner = new Planner(config, _model);
        state.Close(unused: name => name.StartsWith("model_target.", StringComparison.Ordinal) || name.StartsWith("model._V.", StringComparison.Ordinal));
    }

    public override int ObservationSteps => 1;

    public override int ActionSteps => Math.Max(_config.NActionSteps, _config.NActionRepeats);

    public override long Parameters => _state.Parameters;

    public override IDisposable? NewMemory() => _config.UseMpc ? new PreviousPlan() : null;

    /// <summary>[B, horizon, action dimension]; without planning, [B, 1, action dimension].</summary>
    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var z = _encoder.Forward(observation, ForwardHook).unsqueeze(1);
        var actions = _config.UseMpc ? _planner.Plan(z, episodes, ForwardHook) : _model.Pi(z, ForwardHook);
        return actions.clamp(Scalars.Of(-1.0), Scalars.Of(1.0));
    }

    public override Tensor SelectActions(Tensor chunk, IReadOnlyList<EpisodeState> episodes) => _config.NActionRepeats > 1
        ? chunk.narrow(1, 0, 1).expand(-1, _config.NActionRepeats, -1)
        : base.SelectActions(chunk, episodes);

    public override void Dispose() => _state.Dispose();
}
