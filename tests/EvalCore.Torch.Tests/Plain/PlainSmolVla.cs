using static TorchSharp.torch;
using F = TorchSharp.torch.nn.functional;

namespace EvalCore.Torch.Tests.Plain;

/// <summary>SmolVLA in its simplest form.</summary>
internal sealed record PlainSmolVla(
    Weights W, int Width, int ExpertWidth, int HeadDim, int Layers, int ExpertLayers, Func<int, bool> AttendsToItself,
    int VisionWidth, int Patch, int Scale, int Vocabulary, int Steps)
{
    private const string Both = "model.vlm_with_expert";
    private readonly PlainVla _parts = new(W, 15, 5, HeadDim, 1e-5, false, x => F.silu(x));

    /// <summary>Numbers between the layers of a feed-forward part.</summary>
    public int Hidden { get; init; } = 64;

    /// <summary>Layers of the vision model.</summary>
    public int VisionLayers { get; init; } = 2;

    /// <summary>Images [B, 3, S, S] from 0 to 1, ids and mask [B, L], state, and noise [B, chunk, action].</summary>
    public Tensor Forward(Tensor[] images, Tensor ids, Tensor mask, Tensor state, Tensor noise)
    {
        var (rows, chunk) = (noise.shape[0], noise.shape[1]);
        var embedded = images.Select(Image).Append(
            W.Embedding($"{Both}.vlm.model.text_model.embed_tokens", ids, Vocabulary, Width) * Math.Sqrt(Width)).ToList();
        long seen = embedded.Sum(x => x.shape[1]);
        embedded.Add(W.Linear("model.state_proj", F.pad(state, [0, 32 - state.shape[1]]), Width).unsqueeze(1));
        var x = cat(embedded, 1);
        var pad = cat([ones(rows, seen - ids.shape[1], dtype: ScalarType.Bool), mask, ones(rows, 1, dtype: ScalarType.Bool)], 1);
        var positions = pad.to(ScalarType.Int64).cumsum(1) - 1;
        var allowed = pad.unsqueeze(1).expand(-1, x.shape[1], -1).clone();
        allowed[TensorIndex.Colon, TensorIndex.Slice(0, seen), TensorIndex.Slice(seen)] = false;
        var cache = new List<(Tensor, Tensor)>();
        for (int i = 0; i < Layers; i++)
        {
            (x, var keys, var values) = _parts.Layer($"{Both}.vlm.model.text_model.layers.{i}", x, positions, allowed, null, Hidden);
            cache.Add((keys, values));
        }

        _ = _parts.Norm($"{Both}.vlm.model.text_model.norm", x);
        var after = pad.to(ScalarType.Int64).sum(1, keepdim: true) + arange(chunk);
        var toPrefix = pad.unsqueeze(1).expand(-1, chunk, -1);
        var toAll = cat([toPrefix, ones(chunk, chunk).tril().to(ScalarType.Bool).expand(rows, -1, -1)], 2);
        return _parts.Sample(noise, Steps, ExpertWidth, tokens =>
        {
            for (int i = 0; i < ExpertLayers; i++)
            {
                int vlm = i * (Layers / ExpertLayers);
                string name = $"{Both}.lm_expert.layers.{i}";
                tokens = AttendsToItself(vlm)
                    ? _parts.Layer(name, tokens, after, toAll, cache[vlm], Hidden).X
                    : _parts.CrossLayer(name, tokens, arange(chunk).expand(rows, -1), toPrefix, cache[vlm].Item1, cache[vlm].Item2, Hidden);
            }

            return W.Linear("model.action_out_proj", _parts.Norm($"{Both}.lm_expert.norm", tokens), noise.shape[2]);
        });
    }

    private Tensor Image(Tensor image)
    {
        var x = _parts.Vision($"{Both}.vlm.model.vision_model", image * 2 - 1, VisionWidth, VisionLayers, Patch, 12);
        var (rows, side) = (x.shape[0], (long)Math.Sqrt(x.shape[1]));
        x = x.view(rows, side, side / Scale, VisionWidth * Scale).permute(0, 2, 1, 3);
        x = x.reshape(rows, side / Scale, side / Scale, VisionWidth * Scale * Scale).permute(0, 2, 1, 3).reshape(rows, -1, VisionWidth * Scale * Scale);
        return _parts.Project($"{Both}.vlm.model.connector.modality_projection.proj", x, Width) * Math.Sqrt(Width);
    }
}
