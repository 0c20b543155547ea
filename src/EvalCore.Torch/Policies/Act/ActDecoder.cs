using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Act;

/// <summary>ACT's transformer decoder: one query for each step of the chunk, all zero but for their positions.</summary>
internal sealed class ActDecoder
{
    private readonly Layer[] _layers;
    private readonly LayerNorm _norm;

    /// <summary>
    /// The first layer's state before its cross-attention, and its queries: the same for every observation. Without layers,
    /// the decoder's input.
    /// </summary>
    private readonly (Tensor Skip, Tensor Query) _start;

    public ActDecoder(ActConfig config, StateDict state, Tensor encoderPositions, Tensor decoderPositions)
    {
        _layers =
        [
            .. Enumerable.Range(0, config.NDecoderLayers)
                .Select(i => new Layer(config, state["layers"][i], encoderPositions, decoderPositions)),
        ];
        _norm = new LayerNorm(state["norm"], config.DimModel);
        var input = zeros_like(decoderPositions);
        var (skip, query) = _layers.Length == 0 ? (input, input) : _layers[0].SelfAttend(input);
        _start = (state.Keep(skip), state.Keep(query));
    }

    /// <summary>What the encoder gave, [B, S, D], to [B, chunk, D].</summary>
    public Tensor Forward(Tensor encoded, Action<string, Tensor>? hook)
    {
        long batch = encoded.shape[0];
        var x = _start.Skip;
        for (int i = 0; i < _layers.Length; i++)
        {
            var (skip, query) = i == 0 ? _start : _layers[i].SelfAttend(x);
            if (i == 0 && batch > 1)
                (skip, query) = (skip.expand(batch, -1, -1), query.expand(batch, -1, -1, -1));
            x = _layers[i].CrossAttend(skip, query, encoded);
            hook?.Invoke($"model.decoder.layers.{i}", x);
        }

        if (_layers.Length == 0)
            x = x.expand(batch, -1, -1);
        return _norm.Forward(x);
    }

    private sealed class Layer
    {
        private readonly bool _preNorm;
        private readonly MultiheadAttention _selfAttention;
        private readonly MultiheadAttention.Projection _selfProjection;
        private readonly MultiheadAttention _crossAttention;
        private readonly MultiheadAttention.Projection _queries;
        private readonly MultiheadAttention.Projection _keysValues;
        private readonly ActFeedForward _feedForward;
        private readonly LayerNorm _norm1;
        private readonly LayerNorm _norm2;
        private readonly LayerNorm _norm3;

        public Layer(ActConfig config, StateDict state, Tensor encoderPositions, Tensor decoderPositions)
        {
            _preNorm = config.PreNorm;
            _selfAttention = new MultiheadAttention(state["self_attn"], config.DimModel, config.NHeads);
            _selfProjection = _selfAttention.Project(0, decoderPositions, decoderPositions, null);
            _crossAttention = new MultiheadAttention(state["multihead_attn"], config.DimModel, config.NHeads);
            _queries = _crossAttention.Project(0, decoderPositions);
            _keysValues = _crossAttention.Project(1, encoderPositions, null);
            _feedForward = new ActFeedForward(config, state);
            _norm1 = new LayerNorm(state["norm1"], config.DimModel);
            _norm2 = new LayerNorm(state["norm2"], config.DimModel);
            _norm3 = new LayerNorm(state["norm3"], config.DimModel);
        }

        /// <summary>The layer up to its cross-attention: what is added to that, and its queries.</summary>
        public (Tensor Skip, Tensor Query) SelfAttend(Tensor x)
        {
            var skip = x;
            if (_preNorm)
                x = _norm1.Forward(x);
            var parts = _selfProjection.Forward(x);
            x = _selfAttention.Attend(parts[0], parts[1], parts[2]).PlusInPlace(skip);
            if (_preNorm)
                return (x, _queries.Forward(_norm2.Forward(x))[0]);
            x = _norm1.Forward(x);
            return (x, _queries.Forward(x)[0]);
        }

        /// <summary>The rest of the layer.</summary>
        public Tensor CrossAttend(Tensor skip, Tensor query, Tensor encoded)
        {
            var parts = _keysValues.Forward(encoded);
            var x = _crossAttention.Attend(query, parts[0], parts[1]).PlusInPlace(skip);
            if (_preNorm)
                return _feedForward.Forward(_norm3.Forward(x)).PlusInPlace(x);
            x = _norm2.Forward(x);
            return _norm3.Forward(_feedForward.Forward(x).PlusInPlace(x));
        }
    }
}
