using TorchSharp.Modules;
using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>
/// pi0, pi0.5 and pi0-FAST in their simplest form: padding of the prompt is computed and masked, images go through the vision
/// tower one by one, and what the time contributes is computed at every denoising step.
/// </summary>
internal sealed record PlainPaliGemma(
    Weights W, int Width, int HeadDim, int Layers, int Hidden, int VisionWidth, int VisionLayers, int Patch, int Vocabulary)
{
    private const string Both = "model.paligemma_with_expert";
    private const string Pali = $"{Both}.paligemma";
    private const string Expert = $"{Both}.gemma_expert.model";
    private readonly PlainVla _parts = new(W, 8, 1, HeadDim, 1e-6, true, x => F.gelu(x, GELU.Approximate.tanh));

    /// <summary>Numbers of the action expert's tokens.</summary>
    public int ExpertWidth { get; init; }

    /// <summary>Numbers between the layers of the action expert's feed-forward part.</summary>
    public int ExpertHidden { get; init; }

    /// <summary>Denoising steps.</summary>
    public int Steps { get; init; }

    /// <summary>pi0's chunk. Images [B, 3, S, S] from 0 to 1, ids and mask [B, L], state [B, 32], and noise [B, chunk, action].</summary>
    public Tensor Pi0(Tensor[] images, Tensor ids, Tensor mask, Tensor state, Tensor noise)
    {
        var (cache, pad) = Prefill(Prefix(images, ids), Padding(images, mask));
        var (rows, chunk, seen) = (noise.shape[0], noise.shape[1], pad.shape[1]);
        var token = W.Linear("model.state_proj", state, ExpertWidth).unsqueeze(1);
        var positions = pad.to(ScalarType.Int64).sum(1, keepdim: true) + arange(chunk + 1);
        var allowed = cat([pad.unsqueeze(1).expand(-1, chunk + 1, -1), ones(rows, chunk + 1, chunk + 1, dtype: ScalarType.Bool)], 2);
        allowed[TensorIndex.Colon, TensorIndex.Single(0), TensorIndex.Slice(seen + 1)] = false;
        return _parts.Sample(noise, Steps, ExpertWidth, tokens =>
        {
            var x = cat([token, tokens], 1);
            for (int i = 0; i < Layers; i++)
                x = _parts.Layer($"{Expert}.layers.{i}", x, positions, allowed, cache[i], ExpertHidden).X;
            x = _parts.Norm($"{Expert}.norm", x).slice(1, 1, chunk + 1, 1);
            return W.Linear("model.action_out_proj", x, noise.shape[2]);
        });
    }

    /// <summary>pi0.5's chunk.</summary>
    public Tensor Pi05(Tensor[] images, Tensor ids, Tensor mask, Tensor noise)
    {
        var (cache, pad) = Prefill(Prefix(images, ids), Padding(images, mask));
        var (rows, chunk) = (noise.shape[0], noise.shape[1]);
        var positions = pad.to(ScalarType.Int64).sum(1, keepdim: true) + arange(chunk);
        var allowed = cat([pad.unsqueeze(1).expand(-1, chunk, -1), ones(rows, chunk, chunk, dtype: ScalarType.Bool)], 2);
        var actions = noise;
        for (int step = 0; step < Steps; step++)
        {
            var time = PlainVla.TimeEmbedding((float)(1.0 - (double)step / Steps), ExpertWidth).expand(rows, -1);
            var condition = F.silu(W.Linear("model.time_mlp_out", F.silu(W.Linear("model.time_mlp_in", time, ExpertWidth)), ExpertWidth));
            var x = W.Linear("model.action_in_proj", actions, ExpertWidth);
            for (int i = 0; i < Layers; i++)
            {
                string name = $"{Expert}.layers.{i}";
                var (y, gate) = Adaptive($"{name}.input_layernorm", x, condition);
                var k = cat([cache[i].Keys, _parts.Rotate(_parts.Project($"{name}.self_attn.k_proj", y, HeadDim), positions)], 1);
                var v = _parts.Project($"{name}.self_attn.v_proj", y, HeadDim).view(rows, chunk, 1, HeadDim);
                v = cat([cache[i].Values, v], 1);
                var q = _parts.Rotate(_parts.Project($"{name}.self_attn.q_proj", y, 8 * HeadDim), positions);
                x = x + gate * _parts.Attend($"{name}.self_attn", q, k, v, allowed, ExpertWidth);
                (y, gate) = Adaptive($"{name}.post_attention_layernorm", x, condition);
                x = x + gate * _parts.Mlp($"{name}.mlp", y, ExpertHidden);
            }

            x = Adaptive($"{Expert}.norm", x, condition).X;
            actions = actions - W.Linear("model.action_out_proj", x, noise.shape[2]) / Steps;
        }

        return actions;
    }

    /// <summary>pi0-FAST's tokens, [B, count]: the most probable ones, with keys and values of earlier tokens kept.</summary>
    public Tensor Generate(Tensor[] images, Tensor ids, Tensor mask, long bos, int count)
    {
        long rows = ids.shape[0];
        var prefix = cat([Prefix(images, ids), Embed(full(rows, 1, bos, dtype: ScalarType.Int64))], 1);
        var pad = cat([Padding(images, mask), ones(rows, 1, dtype: ScalarType.Bool)], 1);
        var positions = pad.to(ScalarType.Int64).cumsum(1) - 1;
        var x = prefix;
        var allowed = pad.unsqueeze(1).expand(-1, x.shape[1], -1);
        var cache = new (Tensor Keys, Tensor Values)?[Layers];
        var tokens = new List<Tensor>();
        while (true)
        {
            for (int i = 0; i < Layers; i++)
            {
                (x, var keys, var values) = _parts.Layer($"{Pali}.model.language_model.layers.{i}", x, positions, allowed, cache[i], Hidden);
                cache[i] = (keys, values);
            }

            var last = _parts.Norm($"{Pali}.model.language_model.norm", x).slice(1, x.shape[1] - 1, x.shape[1], 1);
            tokens.Add(_parts.Project($"{Pali}.lm_head", last, Vocabulary).argmax(-1));
            if (tokens.Count == count)
                return cat(tokens, 1);
            x = Embed(tokens[^1]);
            positions = pad.to(ScalarType.Int64).sum(1, keepdim: true);
            pad = cat([pad, ones(rows, 1, dtype: ScalarType.Bool)], 1);
            allowed = pad.unsqueeze(1);
        }
    }

    private Tensor Prefix(Tensor[] images, Tensor ids) => cat([.. images.Select(Image), Embed(ids)], 1);

    private Tensor Image(Tensor image) => W.Linear(
        $"{Pali}.model.multi_modal_projector.linear",
        _parts.Vision($"{Pali}.model.vision_tower.vision_model", image * 2 - 1, VisionWidth, VisionLayers, Patch, 16), Width);

    private Tensor Embed(Tensor ids) => W.Embedding($"{Pali}.model.language_model.embed_tokens", ids, Vocabulary, Width) * Math.Sqrt(Width);

    /// <summary>Which tokens of the prefix are real.</summary>
    private Tensor Padding(Tensor[] images, Tensor mask) =>
        cat([ones(mask.shape[0], images.Sum(image => image.shape[2] / Patch * (image.shape[3] / Patch)), dtype: ScalarType.Bool), mask], 1);

    private (List<(Tensor Keys, Tensor Values)> Cache, Tensor Pad) Prefill(Tensor x, Tensor pad)
    {
        var positions = pad.to(ScalarType.Int64).cumsum(1) - 1;
        var allowed = pad.unsqueeze(1).expand(-1, x.shape[1], -1);
        var cache = new List<(Tensor, Tensor)>();
        for (int i = 0; i < Layers; i++)
        {
            (x, var keys, var values) = _parts.Layer($"{Pali}.model.language_model.layers.{i}", x, positions, allowed, null, Hidden);
            cache.Add((keys, values));
        }

        _ = _parts.Norm($"{Pali}.model.language_model.norm", x);
        return (cache, pad);
    }

    private (Tensor X, Tensor Gate) Adaptive(string name, Tensor x, Tensor condition)
    {
        var parts = W.Linear($"{name}.dense", condition, 3 * ExpertWidth).unsqueeze(1).chunk(3, 2);
        return (x * (x.pow(2).mean([-1], keepdim: true) + 1e-6).rsqrt() * (1 + parts[0]) + parts[1], parts[2]);
    }
}
