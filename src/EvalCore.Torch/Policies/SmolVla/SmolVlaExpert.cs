using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.SmolVla;

/// <summary>
/// SmolVLA's action expert: a narrower decoder beside the VLM's. Some layers attend to the VLM's cached tokens and to the
/// actions before; the others to the VLM's alone, through projections of the cached keys and values.
/// </summary>
internal sealed class SmolVlaExpert
{
    private readonly Layer[] _layers;
    private readonly INorm _norm;
    private readonly long _headDim;

    /// <summary>Loads the tensors.</summary>
    /// <param name="config">Which layer attends to what.</param>
    /// <param name="state">The part <c>lm_expert</c>.</param>
    /// <param name="vlm">The decoder beside it.</param>
    public SmolVlaExpert(SmolVlaConfig config, StateDict state, Decoder vlm)
    {
        var kind = DecoderKind.SmolLm2;
        _headDim = vlm.HeadDim;
        Width = state["layers"][0]["self_attn"]["q_proj"].Shape("weight")[1];
        int count = config.NumExpertLayers > 0 ? config.NumExpertLayers : vlm.Layers;
        int apart = vlm.Layers / count;
        _layers =
        [
            .. Enumerable.Range(0, count).Select(i => new Layer(
                i * apart, config.AttendsToItself(i * apart),
                new DecoderLayer(
                    state["layers"][i], kind, _headDim, kind.NewNorm, config.AttendsToItself(i * apart) ? null : kind.KeyValueHeads * _headDim))),
        ];
        _norm = kind.NewNorm(state["norm"], Width);
    }

    /// <summary>How many numbers a token has.</summary>
    public long Width { get; }

    /// <summary>What is the same for all denoising steps of a chunk.</summary>
    /// <param name="prefix">The VLM's tokens.</param>
    /// <param name="cache">Their keys and values; steps write those of the actions behind them.</param>
    /// <param name="chunk">How many actions there are.</param>
    public Context Prepare(TokenSequence prefix, KeyValueCache cache, int chunk)
    {
        var positions = prefix.PositionsAfter(chunk);
        int first = prefix.LastBlock + 1;
        return new Context(
            cache, prefix.Length, new RotaryEmbedding(positions, _headDim, ScalarType.Float32),
            new RotaryEmbedding(positions.sub(positions.narrow(1, 0, 1)), _headDim, ScalarType.Float32),
            prefix.MaskOfFollowing([.. Enumerable.Range(first, chunk)], ScalarType.Float32), prefix.MaskOfPadding(ScalarType.Float32),
            [.. _layers.Select(layer => layer.AttendsToItself ? default : Projected(layer))]);

        (Tensor, Tensor) Projected(Layer layer)
        {
            var (keys, values) = cache.Read(layer.VlmLayer, prefix.Length);
            var attention = layer.Decoder.SelfAttn;
            return (attention.Keys(Flat(keys), rotary: null), attention.Values(Flat(values)));
        }

        static Tensor Flat(Tensor heads) => heads.transpose(1, 2).flatten(2);
    }

    /// <summary>The tokens of the actions, [B, chunk, width], to the same, after the last norm.</summary>
    public Tensor Forward(Tensor x, Context context, Action<string, Tensor>? hook)
    {
        using var scope = NewDisposeScope();
        for (int i = 0; i < _layers.Length; i++)
        {
            var layer = _layers[i];
            var (keys, values) = context.CrossKeysValues[i];
            x = layer.Decoder.Forward(
                x, step: 0, normalized => layer.AttendsToItself ? AttendToAll(layer, normalized, context)
                    : layer.Decoder.SelfAttn.Attend(layer.Decoder.SelfAttn.Queries(normalized, context.FromZero), keys, values, context.PrefixMask),
                hook?.Within($"layers.{i}"));
        }

        x = _norm.Forward(x, step: 0, out _);
        hook?.Invoke("norm", x);
        return x.MoveToOuterDisposeScope();
    }

    private static Tensor AttendToAll(Layer layer, Tensor normalized, Context context)
    {
        var attention = layer.Decoder.SelfAttn;
        context.Cache.Write(layer.VlmLayer, context.PrefixLength, attention.Keys(normalized, context.AfterPrefix), attention.Values(normalized));
        var (keys, values) = context.Cache.Read(layer.VlmLayer, context.PrefixLength + normalized.shape[1]);
        return attention.Attend(attention.Queries(normalized, context.AfterPrefix), keys, values, context.Mask);
    }

    /// <summary>What is the same for all denoising steps of a chunk.</summary>
    /// <param name="Cache">The VLM's keys and values, and those of the actions behind them.</param>
    /// <param name="PrefixLength">How many tokens of the cache are the VLM's.</param>
    /// <param name="AfterPrefix">The positions of the actions after the prefix.</param>
    /// <param name="FromZero">The positions of the actions from zero on, for layers that attend to the prefix alone.</param>
    /// <param name="Mask">For attention to prefix and actions.</param>
    /// <param name="PrefixMask">For attention to the prefix alone.</param>
    /// <param name="CrossKeysValues">For each layer that attends to the prefix alone, its keys and values.</param>
    internal sealed record Context(
        KeyValueCache Cache, int PrefixLength, RotaryEmbedding AfterPrefix, RotaryEmbedding FromZero, Tensor? Mask, Tensor? PrefixMask,
        IReadOnlyList<(Tensor Keys, Tensor Values)> CrossKeysValues);

    private sealed record Layer(int VlmLayer, bool AttendsToItself, DecoderLayer Decoder);
}
