using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>ACT in its simplest form: nothing is precomputed, fused or reordered.</summary>
internal sealed record PlainAct(
    Weights W, long Width, int Heads, long FeedForward, int Encoders, int Decoders, int Chunk, bool PreNorm, string Activation,
    int[] Blocks, bool Bottleneck, long[] ResNetWidths, bool Dilate)
{
    private static readonly string[] Names =
        ["model.backbone.conv1", "model.backbone.bn1", "model.backbone.layer1", "model.backbone.layer2", "model.backbone.layer3", "model.backbone.layer4"];

    public Tensor Forward(Tensor state, Tensor? envState, IReadOnlyList<Tensor> images, int actionDim)
    {
        long batch = state.shape[0];
        var latent = W.Linear("model.encoder_latent_input_proj", zeros(batch, 8), Width);

        // What depends on no observation has full precision where the rest has not.
        if (W.Lower is not null)
            latent = W["model.encoder_latent_input_proj.bias", Width].expand(batch, Width);
        var tokens = new List<Tensor>
        {
            latent.unsqueeze(1),
            W.Linear("model.encoder_robot_state_input_proj", state, Width).unsqueeze(1),
        };
        if (envState is not null)
            tokens.Add(W.Linear("model.encoder_env_state_input_proj", envState, Width).unsqueeze(1));
        var positions = new List<Tensor> { W["model.encoder_1d_feature_pos_embed.weight", tokens.Count, Width] };
        foreach (var image in images)
        {
            var map = W.ResNet(image, Names, Blocks, Bottleneck, ResNetWidths, W.BatchNorm, Dilate);
            positions.Add(Sinusoids(map.shape[2], map.shape[3]));
            map = W.Product(
                [map, W["model.encoder_img_feat_input_proj.weight", Width, map.shape[1], 1, 1], W["model.encoder_img_feat_input_proj.bias", Width]],
                p => F.conv2d(p[0], p[1], p[2]));
            tokens.Add(map.flatten(2).transpose(1, 2));
        }

        var pos = cat(positions, 0);
        var x = cat(tokens, 1);
        for (int i = 0; i < Encoders; i++)
        {
            string layer = $"model.encoder.layers.{i}";
            x = Residual($"{layer}.norm1", x, y => Attention($"{layer}.self_attn", (y, pos), (y, pos), y));
            x = Residual($"{layer}.norm2", x, y => Mlp(layer, y));
        }

        if (PreNorm)
            x = W.LayerNorm("model.encoder.norm", x);
        var decoderPos = W["model.decoder_pos_embed.weight", Chunk, Width];
        var d = zeros(batch, Chunk, Width);
        for (int i = 0; i < Decoders; i++)
        {
            string layer = $"model.decoder.layers.{i}";
            d = Residual($"{layer}.norm1", d, y => Attention($"{layer}.self_attn", (y, decoderPos), (y, decoderPos), y));
            d = Residual($"{layer}.norm2", d, y => Attention($"{layer}.multihead_attn", (y, decoderPos), (x, pos), x));
            d = Residual($"{layer}.norm3", d, y => Mlp(layer, y));
        }

        return W.Linear("model.action_head", W.LayerNorm("model.decoder.norm", d), actionDim);
    }

    private Tensor Residual(string norm, Tensor x, Func<Tensor, Tensor> part) =>
        PreNorm ? x + part(W.LayerNorm(norm, x)) : W.LayerNorm(norm, x + part(x));

    private Tensor Mlp(string layer, Tensor x)
    {
        var hidden = W.Linear($"{layer}.linear1", x, FeedForward);
        return W.Linear($"{layer}.linear2", Activation == "gelu" ? F.gelu(hidden) : hidden.relu(), Width);
    }

    private Tensor Attention(string name, (Tensor X, Tensor Position) q, (Tensor X, Tensor Position) k, Tensor v)
    {
        var weight = W[$"{name}.in_proj_weight", 3 * Width, Width].chunk(3, 0);
        var bias = W[$"{name}.in_proj_bias", 3 * Width].chunk(3, 0);
        Tensor[] parts = [Part(q.X, q.Position, 0), Part(k.X, k.Position, 1), Part(v, null, 2)];

        // Of numbers of lower precision, torch's attention rounds the probabilities but not the scores.
        var attended = W.Product(parts, p => W.Lower is null
            ? (p[0].matmul(p[1].transpose(2, 3)) / Math.Sqrt(Width / (double)Heads)).softmax(-1).matmul(p[2])
            : F.scaled_dot_product_attention(p[0], p[1], p[2]));
        return W.Linear($"{name}.out_proj", attended.transpose(1, 2).flatten(2), Width);

        Tensor Part(Tensor x, Tensor? position, int i) => Project(x, position, weight[i], bias[i]).unflatten(2, [Heads, -1]).transpose(1, 2);
    }

    /// <summary>A projection of tokens and, where they have some, their positions.</summary>
    private Tensor Project(Tensor x, Tensor? position, Tensor weight, Tensor bias)
    {
        if (W.Lower is null)
            return F.linear(position is null ? x : x + position, weight, bias);
        return W.Product([x, weight], p => F.linear(p[0], p[1])) + (position is null ? bias : F.linear(position, weight, bias));
    }

    private Tensor Sinusoids(long height, long width)
    {
        long half = Width / 2;
        float[] values = new float[height * width * Width];
        for (long y = 0, at = 0; y < height; y++)
        {
            for (long x = 0; x < width; x++)
            {
                foreach (var (place, length) in ((long, long)[])[(y, height), (x, width)])
                {
                    for (long i = 0; i < half; i++, at++)
                    {
                        double phase = (place + 1) / (length + 1e-6) * 2 * Math.PI / Math.Pow(10000, 2 * (i / 2) / (double)half);
                        values[at] = (float)(i % 2 == 0 ? Math.Sin(phase) : Math.Cos(phase));
                    }
                }
            }
        }

        return tensor(values).reshape(height * width, Width);
    }
}
