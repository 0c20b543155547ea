using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.VqBet;

/// <summary>
/// An action token to a chunk of actions: a code of each codebook is drawn, the sum of the codes' embeddings is decoded, and
/// the codes' offsets are added.
/// </summary>
internal sealed class VqBetHead
{
    /// <summary>LeRobot's residual VQ-VAE has two codebooks.</summary>
    private const int Codebooks = 2;

    private readonly VqBetConfig _config;
    private readonly Linear _offset;
    private readonly Linear? _bin;
    private readonly Linear? _primaryBin;
    private readonly Linear? _secondaryBin;
    private readonly Tensor _codebook;
    private readonly Tensor _firstCodes;
    private readonly Linear[] _decoder;

    public VqBetHead(VqBetConfig config, StateDict state)
    {
        _config = config;
        int chunk = config.ActionChunkSize * config.ActionDim;
        _offset = new Linear(state["map_to_cbet_preds_offset"][0], config.GptOutputDim, Codebooks * config.VqvaeNEmbed * chunk);
        if (config.SequentiallySelect)
        {
            _primaryBin = new Linear(state["map_to_cbet_preds_primary_bin"][0], config.GptOutputDim, config.VqvaeNEmbed);
            _secondaryBin = new Linear(state["map_to_cbet_preds_secondary_bin"][0], config.GptOutputDim + config.VqvaeNEmbed, config.VqvaeNEmbed);
        }
        else
        {
            _bin = new Linear(state["map_to_cbet_preds_bin"][0], config.GptOutputDim, Codebooks * config.VqvaeNEmbed);
        }

        var vqvae = state["vqvae_model"];
        _codebook = state.Keep(cat(
            [
                .. Enumerable.Range(0, Codebooks).Select(i =>
                    vqvae["vq_layer"]["layers"][i]["_codebook"].LoadTemporary("embed", 1, config.VqvaeNEmbed, config.VqvaeEmbeddingDim)[0]),
            ],
            dim: 0));
        _firstCodes = state.Keep(tensor([.. Enumerable.Range(0, Codebooks).Select(i => (long)i * config.VqvaeNEmbed)]).to(state.Device));
        _decoder =
        [
            new(vqvae["decoder"][0], config.VqvaeEmbeddingDim, config.VqvaeEncHiddenDim),
            new(vqvae["decoder"][2], config.VqvaeEncHiddenDim, config.VqvaeEncHiddenDim),
            new(vqvae["decoder"][4], config.VqvaeEncHiddenDim, chunk),
        ];
    }

    /// <summary>[B, T, D] to [B, T, steps, action dimension]: all action tokens, or the one of the present observation.</summary>
    public Tensor Forward(Tensor features, IReadOnlyList<EpisodeState> episodes, Action<string, Tensor>? hook)
    {
        var rows = features.flatten(0, 1);
        var offsets = _offset.Forward(rows);
        Hook(hook, "offset", offsets);
        long tokens = features.shape[1];
        var codes = _bin is null ? DrawInOrder(rows, episodes, tokens, hook) : DrawAtOnce(_bin, rows, episodes, tokens, hook);
        offsets = offsets.view(rows.shape[0], Codebooks, _config.VqvaeNEmbed, -1);
        var drawn = offsets.take_along_dim(codes.unsqueeze(2).unsqueeze(3), 2).squeeze(2).sum(1);
        var embeddings = _codebook.index_select(0, codes.Plus(_firstCodes).flatten()).view(rows.shape[0], Codebooks, -1).sum(1);
        var decoded = _decoder[2].Forward(_decoder[1].Forward(_decoder[0].Forward(embeddings).relu_()).relu_());
        hook?.Invoke("action_head.vqvae_model.decoder", decoded);
        return decoded.PlusInPlace(drawn).view(features.shape[0], features.shape[1], _config.ActionChunkSize, _config.ActionDim);
    }

    private static void Hook(Action<string, Tensor>? hook, string head, Tensor output)
    {
        hook?.Invoke($"action_head.map_to_cbet_preds_{head}.0", output);
        hook?.Invoke($"action_head.map_to_cbet_preds_{head}", output);
    }

    /// <summary>A code of each codebook for each row, independent of each other: [rows, codebooks].</summary>
    private Tensor DrawAtOnce(Linear bin, Tensor rows, IReadOnlyList<EpisodeState> episodes, long tokens, Action<string, Tensor>? hook)
    {
        var logits = bin.Forward(rows);
        Hook(hook, "bin", logits);
        return Draw(logits.view(-1, _config.VqvaeNEmbed), episodes, tokens).view(-1, Codebooks);
    }

    /// <summary>A code of the first codebook for each row, then one of the second given the first: [rows, codebooks].</summary>
    private Tensor DrawInOrder(Tensor rows, IReadOnlyList<EpisodeState> episodes, long tokens, Action<string, Tensor>? hook)
    {
        var logits = _primaryBin!.Forward(rows);
        Hook(hook, "primary_bin", logits);
        var primary = Draw(logits, episodes, tokens);
        var given = nn.functional.one_hot(primary.squeeze(1), _config.VqvaeNEmbed).to(rows.dtype);
        logits = _secondaryBin!.Forward(cat([rows, given], dim: 1));
        Hook(hook, "secondary_bin", logits);
        return cat([primary, Draw(logits, episodes, tokens)], dim: 1);
    }

    /// <summary>
    /// A code for each row of logits, [rows, 1]. LeRobot draws for all action tokens, so the episode's generator goes on as far
    /// where only one is there: a token's draws do not depend on the other tokens.
    /// </summary>
    private Tensor Draw(Tensor logits, IReadOnlyList<EpisodeState> episodes, long tokens)
    {
        var probabilities = logits.div(Scalars.Of(_config.BetSoftmaxTemperature)).softmax(-1);
        long rows = logits.shape[0] / episodes.Count;
        long codes = rows / tokens;
        return cat([.. episodes.Select((episode, i) => OfEpisode(episode, probabilities.narrow(0, i * rows, rows)))], dim: 0).to(logits.device);

        Tensor OfEpisode(EpisodeState episode, Tensor weights) => tokens == _config.ActionTokens.Count
            ? episode.Noise.Multinomial(weights, 1)
            : episode.Noise.Multinomial(weights.repeat(_config.ActionTokens.Count, 1), 1).narrow(0, (_config.NObsSteps - 1) * codes, codes);
    }
}
