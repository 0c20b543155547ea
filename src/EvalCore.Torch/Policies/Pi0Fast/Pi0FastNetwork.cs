using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Pi0Fast;

/// <summary>
/// pi0-FAST (Pertsch et al., 2025) as LeRobot v0.6.1 evaluates it: PaliGemma reads images and prompt and generates, one by one,
/// the tokens of an action chunk. Cameras that are missing and the padding of prompts are left out: LeRobot computes them and
/// masks them, with the same result.
/// </summary>
internal sealed class Pi0FastNetwork : PolicyNetwork
{
    private readonly Pi0FastConfig _config;
    private readonly StateDict _state;
    private readonly ActionTokens _actions;
    private readonly PaliGemma _paligemma;
    private readonly TorchSharp.Scalar _temperature;

    /// <summary>Builds the network.</summary>
    /// <param name="config">Its configuration.</param>
    /// <param name="state">Its parameters; belongs to the network from here on.</param>
    /// <param name="actions">What tokens stand for.</param>
    public Pi0FastNetwork(Pi0FastConfig config, StateDict state, ActionTokens actions)
    {
        (_config, _state, _actions) = (config, state, actions);
        _temperature = Scalars.Of(config.Temperature);
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _paligemma = new PaliGemma(state["model"]["paligemma_with_expert"]["paligemma"], config.ComputeType, lmHead: true);
        config.CheckImageSize(_paligemma.ImageSize, state);
        state.Close(unused: _ => false);
    }

    public override int ObservationSteps => 1;

    public override int ActionSteps => _config.NActionSteps;

    public override long Parameters => _state.Parameters;

    public override Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        int[][] tokens = Generate(observation, episodes);
        return tensor(tokens.SelectMany(_actions.Decode).ToArray()).view(tokens.Length, _config.NActionSteps, _config.ActionDim).to(_state.Device);
    }

    public override void Dispose() => _state.Dispose();

    /// <summary>
    /// The tokens of each row, <c>max_decoding_steps</c> of them. Where the most probable ones are taken, generation ends when
    /// all rows have had their last; the others are 0.
    /// </summary>
    internal int[][] Generate(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes)
    {
        using var scope = NewDisposeScope();
        int batch = episodes.Count;
        int steps = _config.MaxDecodingSteps;
        var hook = ForwardHook?.Within("model.paligemma_with_expert.paligemma");
        var language = _paligemma.LanguageModel;
        var prefix = _paligemma.EmbedPrefix(_paligemma.Images(observation, _config.Images), Prompt.Of(observation, _paligemma.Vocabulary), batch, hook);
        prefix.Add(_paligemma.EmbedTokens(full(batch, 1, Scalars.Of((long)_actions.Bos), dtype: ScalarType.Int64, device: _state.Device)), prefix.LastBlock);
        var cache = language.NewCache(batch, prefix.Length + steps);
        var hidden = language.Forward(
            prefix.Embeddings, language.Rotary(prefix.Positions), prefix.MaskOfSelf(language.Type), cache, at: 0, hook: hook?.Within("model.language_model"));

        // A token sees the prefix but for its padding, the tokens generated before it, and itself.
        var positions = prefix.PositionsAfter(steps);
        var mask = prefix.MaskOfFollowing([.. Enumerable.Repeat(prefix.LastBlock, steps)], language.Type);
        int[][] tokens = [.. Enumerable.Range(0, batch).Select(_ => new int[steps])];
        bool[] ended = new bool[batch];
        for (int t = 0; ; t++)
        {
            using var step = NewDisposeScope();
            var next = Next(_paligemma.Logits(hidden.narrow(1, hidden.shape[1] - 1, 1)).squeeze(1), episodes);
            long[] ids = [.. next.cpu().data<long>()];
            for (int row = 0; row < batch; row++)
            {
                tokens[row][t] = (int)ids[row];
                ended[row] |= ids[row] == _actions.EndId;
            }

            // A random generation has all its draws, as in LeRobot.
            if (t == steps - 1 || (_config.Temperature == 0 && Array.TrueForAll(ended, end => end)))
                return tokens;
            hidden = language.Forward(
                _paligemma.EmbedTokens(next.view(batch, 1)), language.Rotary(positions.narrow(1, t, 1)),
                mask?.narrow(-1, 0, prefix.Length + t + 1), cache, at: prefix.Length + t, hook: hook?.Within("model.language_model")).MoveToOuterDisposeScope();
        }
    }

    /// <summary>The next token of each row, int64 [B].</summary>
    private Tensor Next(Tensor logits, IReadOnlyList<EpisodeState> episodes)
    {
        if (_config.Temperature == 0)
            return logits.argmax(-1);
        var probabilities = logits.div(_temperature).softmax(-1);
        return cat([.. episodes.Select((episode, row) => episode.Noise.Multinomial(probabilities.narrow(0, row, 1), 1))], dim: 0).flatten().to(_state.Device);
    }
}
