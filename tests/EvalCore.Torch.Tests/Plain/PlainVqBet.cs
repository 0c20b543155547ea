using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>VQ-BeT in its simplest form.</summary>
internal sealed record PlainVqBet(
    Weights W, int Observations, int Predicted, int Chunk, int ActionDim, int Keypoints, int Codes, int EmbeddingDim, int HiddenDim,
    int BlockSize, int InputDim, int OutputDim, int Layers, int Heads, int Width, double Temperature, bool Sequential, bool GroupNorm,
    int[]? Crop, long[] ResNetWidths)
{
    private const string Head = "vqbet.action_head";

    /// <summary>The chunk, [B, steps, action], from [B * observations, ...].</summary>
    /// <param name="image">The images.</param>
    /// <param name="state">The states.</param>
    /// <param name="draw">A category of each row of probabilities, [rows, 1].</param>
    public Tensor Forward(Tensor image, Tensor state, Func<Tensor, Tensor> draw)
    {
        long batch = state.shape[0] / Observations;
        var encoder = new PlainDiffusion(W, [], 0, 0, 0, false, Keypoints, GroupNorm, Crop) { ResNetWidths = ResNetWidths };
        var seen = W.Linear("vqbet.rgb_feature_projector.0", encoder.Encode("vqbet.rgb_encoder", image), InputDim);
        var felt = W.Linear("vqbet.state_projector.0", state, InputDim);
        var query = W["vqbet.action_token", 1, 1, InputDim];
        var tokens = stack([seen, felt, query[0].expand_as(felt)], 1).reshape(batch, 3 * Observations, InputDim);
        var features = Gpt(cat([tokens, query.expand(batch, Predicted - 1, InputDim)], 1));
        var selected = new List<Tensor>();
        for (int i = 0; i < Observations; i++)
            selected.Add(features.select(1, 3 * i + 2));
        for (int i = 0; i < Predicted - 1; i++)
            selected.Add(features.select(1, 3 * Observations + i));
        var x = stack(selected, 1).flatten(0, 1);
        var offsets = W.Linear($"{Head}.map_to_cbet_preds_offset.0", x, 2 * Codes * Chunk * ActionDim).reshape(-1, 2, Codes, Chunk * ActionDim);
        Tensor codes;
        if (Sequential)
        {
            var primary = draw((W.Linear($"{Head}.map_to_cbet_preds_primary_bin.0", x, Codes) / Temperature).softmax(-1));
            var given = cat([x, F.one_hot(primary.squeeze(1), Codes).to(ScalarType.Float32)], 1);
            codes = cat([primary, draw((W.Linear($"{Head}.map_to_cbet_preds_secondary_bin.0", given, Codes) / Temperature).softmax(-1))], 1);
        }
        else
        {
            codes = draw((W.Linear($"{Head}.map_to_cbet_preds_bin.0", x, 2 * Codes).reshape(-1, Codes) / Temperature).softmax(-1)).reshape(-1, 2);
        }

        var latent = zeros(x.shape[0], EmbeddingDim);
        var offset = zeros(x.shape[0], Chunk * ActionDim);
        for (int g = 0; g < 2; g++)
        {
            var code = codes.select(1, g);
            latent = latent + W[$"{Head}.vqvae_model.vq_layer.layers.{g}._codebook.embed", 1, Codes, EmbeddingDim][0].index_select(0, code);
            offset = offset + offsets.select(1, g).gather(1, code.reshape(-1, 1, 1).expand(-1, 1, Chunk * ActionDim)).squeeze(1);
        }

        var y = W.Linear($"{Head}.vqvae_model.decoder.0", latent, HiddenDim).relu();
        y = W.Linear($"{Head}.vqvae_model.decoder.2", y, HiddenDim).relu();
        y = W.Linear($"{Head}.vqvae_model.decoder.4", y, Chunk * ActionDim) + offset;
        return y.reshape(batch, -1, Chunk, ActionDim).select(1, Observations - 1);
    }

    private Tensor Gpt(Tensor tokens)
    {
        const string Name = "vqbet.policy.transformer";
        long length = tokens.shape[1];
        var x = W.Linear($"{Name}.wte", tokens, Width) + W[$"{Name}.wpe.weight", BlockSize, Width].slice(0, 0, length, 1);
        var hidden = ones(length, length).tril().eq(0);
        for (int i = 0; i < Layers; i++)
        {
            string block = $"{Name}.h.{i}";
            var parts = W.Linear($"{block}.attn.c_attn", W.LayerNorm($"{block}.ln_1", x), 3 * Width).chunk(3, 2)
                .Select(part => part.unflatten(2, [Heads, -1]).transpose(1, 2)).ToArray();
            var scores = (parts[0].matmul(parts[1].transpose(2, 3)) / Math.Sqrt(Width / (double)Heads)).masked_fill(hidden, double.NegativeInfinity);
            x = x + W.Linear($"{block}.attn.c_proj", scores.softmax(-1).matmul(parts[2]).transpose(1, 2).flatten(2), Width);
            x = x + W.Linear($"{block}.mlp.2", F.gelu(W.Linear($"{block}.mlp.0", W.LayerNorm($"{block}.ln_2", x), 4 * Width)), Width);
        }

        return F.linear(W.LayerNorm($"{Name}.ln_f", x), W["vqbet.policy.lm_head.weight", OutputDim, Width]);
    }
}
