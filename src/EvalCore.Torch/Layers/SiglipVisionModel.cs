using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;
using Approximate = TorchSharp.Modules.GELU.Approximate;

namespace EvalCore.Torch.Layers;

/// <summary>
/// SigLIP's vision transformer (Zhai et al., 2023): patches of an image to tokens. The vision tower of PaliGemma and SmolVLM.
/// </summary>
internal sealed class SiglipVisionModel
{
    private const double Eps = 1e-6;

    private readonly Tensor _patchWeight;
    private readonly Tensor _patchBias;
    private readonly Tensor _positions;
    private readonly Layer[] _layers;
    private readonly LayerNorm _postLayernorm;
    private readonly long _patch;

    /// <summary>Loads the tensors; all sizes but the number of heads are read from them.</summary>
    public SiglipVisionModel(StateDict state, long heads)
    {
        var embeddings = state["embeddings"];
        var patches = embeddings["patch_embedding"].Shape("weight");
        (Width, _patch) = (patches[0], patches[^1]);
        _patchWeight = embeddings["patch_embedding"].Load("weight", Width, 3, _patch, _patch);
        _patchBias = embeddings["patch_embedding"].Load("bias", Width);
        _positions = embeddings["position_embedding"].Load("weight", -1, Width);
        Tokens = _positions.shape[0];
        long grid = (long)Math.Sqrt(Tokens);
        if (grid * grid != Tokens)
            throw new EvalCoreException($"{state.Paths[0]}: tensor 'position_embedding.weight' has {Tokens} rows, not those of a square of patches");
        ImageSize = grid * _patch;
        int count = 0;
        while (state["encoder"]["layers"][count]["layer_norm1"].Has("weight"))
            count++;
        _layers = [.. Enumerable.Range(0, count).Select(i => new Layer(state["encoder"]["layers"][i], Width, heads))];
        _postLayernorm = new LayerNorm(state["post_layernorm"], Width, Eps);
    }

    /// <summary>How many numbers a token has.</summary>
    public long Width { get; }

    /// <summary>How many tokens an image becomes, row by row.</summary>
    public long Tokens { get; }

    /// <summary>Height and width of an image.</summary>
    public long ImageSize { get; }

    /// <summary>[N, 3, <see cref="ImageSize"/>, <see cref="ImageSize"/>] from -1 to 1, to [N, <see cref="Tokens"/>, <see cref="Width"/>].</summary>
    public Tensor Forward(Tensor pixels, Action<string, Tensor>? hook = null)
    {
        using var scope = NewDisposeScope();
        var x = Autocast.Conv2d(pixels, _patchWeight, _patchBias, [_patch, _patch]).flatten(2).transpose(1, 2).Plus(_positions);
        hook?.Invoke("embeddings", x);
        for (int i = 0; i < _layers.Length; i++)
        {
            x = _layers[i].Forward(x);
            hook?.Invoke($"encoder.layers.{i}", x);
        }

        x = _postLayernorm.Forward(x);
        hook?.Invoke("post_layernorm", x);
        return x.MoveToOuterDisposeScope();
    }

    private sealed class Layer
    {
        private readonly LayerNorm _layerNorm1;
        private readonly LayerNorm _layerNorm2;
        private readonly Linear _qProj;
        private readonly Linear _kProj;
        private readonly Linear _vProj;
        private readonly Linear _outProj;
        private readonly Linear _fc1;
        private readonly Linear _fc2;
        private readonly long _heads;

        public Layer(StateDict state, long width, long heads)
        {
            _heads = heads;
            _layerNorm1 = new LayerNorm(state["layer_norm1"], width, Eps);
            _layerNorm2 = new LayerNorm(state["layer_norm2"], width, Eps);
            var attention = state["self_attn"];
            _qProj = new Linear(attention["q_proj"], width, width);
            _kProj = new Linear(attention["k_proj"], width, width);
            _vProj = new Linear(attention["v_proj"], width, width);
            _outProj = new Linear(attention["out_proj"], width, width);
            long hidden = state["mlp"]["fc1"].Shape("weight")[0];
            _fc1 = new Linear(state["mlp"]["fc1"], width, hidden);
            _fc2 = new Linear(state["mlp"]["fc2"], hidden, width);
        }

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            var normalized = _layerNorm1.Forward(x);
            var attended = Autocast.Attention(
                Split(_qProj.Forward(normalized)), Split(_kProj.Forward(normalized)), Split(_vProj.Forward(normalized)));
            x = _outProj.Forward(attended.transpose(1, 2).flatten(2)).PlusInPlace(x);
            var hidden = nn.functional.gelu(_fc1.Forward(_layerNorm2.Forward(x)), Approximate.tanh);
            return _fc2.Forward(hidden).PlusInPlace(x).MoveToOuterDisposeScope();
        }

        private Tensor Split(Tensor x) => x.view(x.shape[0], x.shape[1], _heads, -1).transpose(1, 2);
    }
}
