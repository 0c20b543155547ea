using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Pi0;

/// <summary>
/// pi0 (Black et al., 2024) and pi0.5 (Physical Intelligence, 2025) as LeRobot v0.6.1 evaluates them: PaliGemma reads images
/// and instruction, once per chunk; the action expert, a smaller Gemma that attends to PaliGemma's keys and values, turns
/// noise into actions by flow matching. Cameras that are missing and the padding of instructions are left out: LeRobot
/// computes them and masks them, with the same result.
/// </summary>
internal sealed class PiNetwork : PolicyNetwork
{
    private readonly PiConfig _config;
    private readonly StateDict _state;
    private readonly ISuffix _suffix;
    private readonly PaliGemma _paligemma;
    private readonly Decoder _expert;
    private readonly Linear _actionOutProj;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="suffix">What the action expert reads.</param>
    public PiNetwork(PiConfig config, StateDict state, ISuffix suffix)
    {
        _config = config;
        _state = state;
        _suffix = suffix;
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        var model = state["model"];
        var both = model["paligemma_with_expert"];
        var type = config.ComputeType;
        _paligemma = new PaliGemma(both["paligemma"], type);
        config.CheckImageSize(_paligemma.ImageSize, state);
        _expert = new Decoder(both["gemma_expert"]["model"], DecoderKind.Gemma, type, suffix.NewNorm);
        _actionOutProj = new Linear(model["action_out_proj"], _expert.Width, config.MaxActionDim);
        state.Close(unused: name => name.EndsWith(".lm_head.weight", StringComparison.Ordinal));
    }

    public override int ObservationSteps => 1;

    public override int ActionSteps => _config.NActionSteps;

    public override long Parameters => _state.Parameters;

    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        var prefix = EmbedPrefix(observation, episodes.Count);
        var cache = _paligemma.LanguageModel.NewCache(episodes.Count, prefix.Length + _suffix.Blocks.Count);
        _paligemma.LanguageModel.Fill(
            prefix.Embeddings, _paligemma.LanguageModel.Rotary(prefix.Positions), prefix.MaskOfSelf(_paligemma.LanguageModel.Type), cache,
            ForwardHook?.Within("model.paligemma_with_expert.paligemma.model.language_model"));

        var rotary = _expert.Rotary(prefix.PositionsAfter(_suffix.Blocks.Count));
        var mask = prefix.MaskOfFollowing(_suffix.Blocks, _expert.Type);
        var state = _suffix.EmbedState(observation[FeatureNames.State], ForwardHook?.Within("model"));
        var actions = FlowMatching.Integrate(Randn(episodes), _config.NumInferenceSteps, Velocity);
        return actions.narrow(2, 0, _config.ActionDim);

        Tensor Velocity(Tensor x, int step)
        {
            var tokens = _suffix.EmbedActions(x, step, ForwardHook?.Within("model"));
            if (state is not null)
                tokens = cat([state, tokens], dim: 1);
            var hidden = _expert.Forward(
                tokens, rotary, mask, cache, prefix.Length, step, ForwardHook?.Within("model.paligemma_with_expert.gemma_expert.model"));
            var velocity = _actionOutProj.Forward(hidden.narrow(1, tokens.shape[1] - _config.ChunkSize, _config.ChunkSize).to(ScalarType.Float32));
            ForwardHook?.Invoke("model.action_out_proj", velocity);
            return velocity;
        }
    }

    public override void Dispose() => _state.Dispose();

    /// <summary>Images, then the instruction: one block.</summary>
    internal TokenSequence EmbedPrefix(IReadOnlyDictionary<string, Tensor> observation, int batch) =>
        _paligemma.EmbedPrefix(Images(observation), Prompt.Of(observation, _paligemma.Vocabulary), batch, ForwardHook?.Within("model.paligemma_with_expert.paligemma"));

    /// <summary>The images that are there, in the configuration's order: each [B, 3, size, size] from -1 to 1.</summary>
    internal Tensor[] Images(IReadOnlyDictionary<string, Tensor> observation) => _paligemma.Images(observation, _config.Images);

    private Tensor Randn(IReadOnlyList<EpisodeState> episodes) =>
        cat([.. episodes.Select(episode => episode.Noise.Randn(1, _config.ChunkSize, _config.MaxActionDim))], dim: 0).to(_state.Device);
}
