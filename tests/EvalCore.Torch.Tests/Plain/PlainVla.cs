using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>
/// The parts of SmolVLA and pi0 in their simplest form, as LeRobot calls them: each image by itself, the language models'
/// attention as two matrix products with a mask, everything again at every denoising step.
/// </summary>
internal sealed record PlainVla(Weights W, int Heads, int KeyValueHeads, int HeadDim, double Eps, bool LessOne, Func<Tensor, Tensor> Activation)
{
    /// <summary>The sines and cosines of the last positions: LeRobot computes them once for all layers.</summary>
    private (Tensor? Positions, Tensor Cos, Tensor Sin) _turn;

    /// <summary>SigLIP: [B, 3, S, S] from -1 to 1, to [B, patches, width].</summary>
    public Tensor Vision(string name, Tensor image, int width, int layers, int patch, int heads)
    {
        long count = image.shape[2] / patch * (image.shape[3] / patch);
        var x = F.conv2d(image, W[$"{name}.embeddings.patch_embedding.weight", width, 3, patch, patch], W[$"{name}.embeddings.patch_embedding.bias", width], [patch, patch]);
        x = x.flatten(2).transpose(1, 2) + W[$"{name}.embeddings.position_embedding.weight", count, width];
        for (int i = 0; i < layers; i++)
        {
            string layer = $"{name}.encoder.layers.{i}";
            var y = LayerNorm($"{layer}.layer_norm1", x);
            var q = Split(W.Linear($"{layer}.self_attn.q_proj", y, width));
            var k = Split(W.Linear($"{layer}.self_attn.k_proj", y, width));
            var v = Split(W.Linear($"{layer}.self_attn.v_proj", y, width));
            var attended = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(x.shape);
            x = x + W.Linear($"{layer}.self_attn.out_proj", attended, width);
            x = x + W.Linear($"{layer}.mlp.fc2", F.gelu(W.Linear($"{layer}.mlp.fc1", LayerNorm($"{layer}.layer_norm2", x), 2 * width), GELU.Approximate.tanh), width);
        }

        return LayerNorm($"{name}.post_layernorm", x);

        Tensor Split(Tensor y) => y.view(y.shape[0], y.shape[1], heads, -1).transpose(1, 2);
    }

    public Tensor Norm(string name, Tensor x)
    {
        var weight = W[$"{name}.weight", x.shape[^1]];
        return x * (x.pow(2).mean([-1], keepdim: true) + Eps).rsqrt() * (LessOne ? 1 + weight : weight);
    }

    public Tensor Project(string name, Tensor x, long outputs) => F.linear(x, W[$"{name}.weight", outputs, x.shape[^1]]);

    /// <summary>[B, S, heads · head dimension] to [B, S, heads, head dimension], turned by the positions [B, S].</summary>
    public Tensor Rotate(Tensor x, Tensor positions)
    {
        x = x.view(x.shape[0], x.shape[1], -1, HeadDim);
        if (!ReferenceEquals(_turn.Positions, positions))
        {
            var frequencies = (-Math.Log(10000) * 2 / HeadDim * arange(HeadDim / 2).to(ScalarType.Float64)).exp();
            var angles = (positions.to(ScalarType.Float64).unsqueeze(-1) * frequencies).unsqueeze(2);
            _turn = (positions, angles.cos().to(ScalarType.Float32), angles.sin().to(ScalarType.Float32));
        }

        var (_, cos, sin) = _turn;
        var halves = x.chunk(2, -1);
        return cat([halves[0] * cos - halves[1] * sin, halves[1] * cos + halves[0] * sin], -1);
    }

    /// <summary>Queries, keys and values [B, S, heads, head dimension], mask [B, S, T]; gives [B, S, width].</summary>
    public Tensor Attend(string name, Tensor q, Tensor k, Tensor v, Tensor mask, long width)
    {
        var keys = k.repeat_interleave(Heads / KeyValueHeads, 2).permute(0, 2, 3, 1);
        var values = v.repeat_interleave(Heads / KeyValueHeads, 2).transpose(1, 2);
        var scores = q.transpose(1, 2).matmul(keys) / Math.Sqrt(HeadDim);
        var weights = scores.masked_fill(mask.logical_not().unsqueeze(1), -1e30).softmax(-1);
        return Project($"{name}.o_proj", weights.matmul(values).transpose(1, 2).flatten(2), width);
    }

    public Tensor Mlp(string name, Tensor x, long hidden) => Project(
        $"{name}.down_proj", Activation(Project($"{name}.gate_proj", x, hidden)) * Project($"{name}.up_proj", x, hidden), x.shape[^1]);

    /// <summary>One layer; its keys and values are appended to those before.</summary>
    public (Tensor X, Tensor Keys, Tensor Values) Layer(string name, Tensor x, Tensor positions, Tensor mask, (Tensor Keys, Tensor Values)? before, long hidden)
    {
        var y = Norm($"{name}.input_layernorm", x);
        var k = Rotate(Project($"{name}.self_attn.k_proj", y, KeyValueHeads * HeadDim), positions);
        var v = Project($"{name}.self_attn.v_proj", y, KeyValueHeads * HeadDim).view(k.shape);
        if (before is { } cached)
            (k, v) = (cat([cached.Keys, k], 1), cat([cached.Values, v], 1));
        x = x + Attend($"{name}.self_attn", Rotate(Project($"{name}.self_attn.q_proj", y, Heads * HeadDim), positions), k, v, mask, x.shape[^1]);
        return (x + Mlp($"{name}.mlp", Norm($"{name}.post_attention_layernorm", x), hidden), k, v);
    }

    /// <summary>One layer that attends to cached keys and values alone, through projections.</summary>
    public Tensor CrossLayer(string name, Tensor x, Tensor positions, Tensor mask, Tensor keys, Tensor values, long hidden)
    {
        var y = Norm($"{name}.input_layernorm", x);
        var k = Project($"{name}.self_attn.k_proj", keys.flatten(2), KeyValueHeads * HeadDim).view(keys.shape);
        var v = Project($"{name}.self_attn.v_proj", values.flatten(2), KeyValueHeads * HeadDim).view(values.shape);
        x = x + Attend($"{name}.self_attn", Rotate(Project($"{name}.self_attn.q_proj", y, Heads * HeadDim), positions), k, v, mask, x.shape[^1]);
        return x + Mlp($"{name}.mlp", Norm($"{name}.post_attention_layernorm", x), hidden);
    }

    /// <summary>The sampler, and the tokens of the actions at a time.</summary>
    public Tensor Sample(Tensor noise, int steps, int width, Func<Tensor, Tensor> velocity)
    {
        var x = noise;
        for (int step = 0; step < steps; step++)
        {
            var embedding = TimeEmbedding((float)(1.0 - (double)step / steps), width).expand(x.shape[0], x.shape[1], -1);
            var tokens = cat([W.Linear("model.action_in_proj", x, width), embedding], 2);
            tokens = W.Linear("model.action_time_mlp_out", F.silu(W.Linear("model.action_time_mlp_in", tokens, width)), width);
            x = x - velocity(tokens) / steps;
        }

        return x;
    }

    /// <summary>[width]. Times are float32, as in LeRobot: the fastest sine tells that from float64.</summary>
    public static Tensor TimeEmbedding(float time, int width)
    {
        var fraction = linspace(0, 1, width / 2, dtype: ScalarType.Float64);
        var angles = 2 * Math.PI * time / (0.004 * (Math.Log(1000) * fraction).exp());
        return cat([angles.sin(), angles.cos()]).to(ScalarType.Float32);
    }

    private Tensor LayerNorm(string name, Tensor x) =>
        F.layer_norm(x, [x.shape[^1]], W[$"{name}.weight", x.shape[^1]], W[$"{name}.bias", x.shape[^1]], 1e-6);
}
