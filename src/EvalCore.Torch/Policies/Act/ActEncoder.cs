using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Act;

/// <summary>ACT's transformer encoder over the tokens of an observation.</summary>
internal sealed class ActEncoder
{
    private readonly Layer[] _layers;
    private readonly LayerNorm? _norm;

    public ActEncoder(ActConfig config, StateDict state, Tensor positions)
    {
        _layers = [.. Enumerable.Range(0, config.NEncoderLayers).Select(i => new Layer(config, state["layers"][i], positions))];
        _norm = config.PreNorm ? new LayerNorm(state["norm"], config.DimModel) : null;
    }

    /// <summary>[B, S, D] to [B, S, D].</summary>
    public Tensor Forward(Tensor x, Action<string, Tensor>? hook)
    {
        for (int i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x);
            hook?.Invoke($"model.encoder.layers.{i}", x);
        }

        return _norm?.Forward(x) ?? x;
    }

    private sealed class Layer
    {
        private readonly bool _preNorm;
        private readonly MultiheadAttention _attention;
        private readonly MultiheadAttention.Projection _projection;
        private readonly ActFeedForward _feedForward;
        private readonly LayerNorm _norm1;
        private readonly LayerNorm _norm2;

        public Layer(ActConfig config, StateDict state, Tensor positions)
        {
            _preNorm = config.PreNorm;
            _attention = new MultiheadAttention(state["self_attn"], config.DimModel, config.NHeads);
            _projection = _attention.Project(0, positions, positions, null);
            _feedForward = new ActFeedForward(config, state);
            _norm1 = new LayerNorm(state["norm1"], config.DimModel);
            _norm2 = new LayerNorm(state["norm2"], config.DimModel);
        }

        public Tensor Forward(Tensor x)
        {
            // Memory that is free again is still in the processor's cache for the next layer.
            using var scope = NewDisposeScope();
            return Compute(x).MoveToOuterDisposeScope();
        }

        private Tensor Compute(Tensor x)
        {
            var skip = x;
            if (_preNorm)
                x = _norm1.Forward(x);
            var parts = _projection.Forward(x);
            x = _attention.Attend(parts[0], parts[1], parts[2]).PlusInPlace(skip);
            if (_preNorm)
                return _feedForward.Forward(_norm2.Forward(x)).PlusInPlace(x);
            x = _norm1.Forward(x);
            return _norm2.Forward(_feedForward.Forward(x).PlusInPlace(x));
        }
    }
}
