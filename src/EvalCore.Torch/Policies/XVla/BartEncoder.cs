using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>BART's encoder (Lewis et al., 2020) over the tokens of an image and of the instruction. Padding is not masked.</summary>
internal sealed class BartEncoder
{
    /// <summary>Where the positions begin: BART keeps two rows for other purposes.</summary>
    private const int FirstPosition = 2;

    private readonly Tensor _words;
    private readonly Tensor _positions;
    private readonly LayerNorm _norm;
    private readonly List<Layer> _layers = [];

    /// <summary>Loads the encoder's tensors.</summary>
    /// <param name="config">What they do not say.</param>
    /// <param name="model">The language model's part.</param>
    /// <param name="width">Numbers of a token.</param>
    /// <param name="file">The configuration's file, for messages.</param>
    public BartEncoder(FlorenceConfig.TextFields config, StateDict model, long width, string file)
    {
        if (width % config.EncoderAttentionHeads != 0)
            throw new EvalCoreException($"{file}: encoder_attention_heads of florence_config.text_config is {config.EncoderAttentionHeads}; it must divide the width, {width}");
        var state = model["encoder"];
        var words = state.Has("embed_tokens.weight") ? state["embed_tokens"] : model["shared"];
        _words = words.Load("weight", -1, width);
        if (config.ScaleEmbedding)
            _words = state.Keep(_words.mul(Scalars.Of(Math.Sqrt(width))));
        _positions = state["embed_positions"].Load("weight", -1, width);
        _norm = new LayerNorm(state["layernorm_embedding"], width);
        while (state["layers"][_layers.Count].Has("fc1.weight"))
            _layers.Add(new Layer(state["layers"][_layers.Count], width, config.EncoderAttentionHeads));
    }

    /// <summary>How many tokens it knows.</summary>
    public long Vocabulary => _words.shape[0];

    /// <summary>For how many tokens there are positions.</summary>
    public long MaxTokens => _positions.shape[0] - FirstPosition;

    /// <summary>The tokens of images, [B, S, D], and the ids of the instructions, [B, L], to [B, S + L, D].</summary>
    public Tensor Forward(Tensor image, Tensor ids, Action<string, Tensor>? hook)
    {
        var x = cat([image, _words.index_select(0, ids.flatten()).view(ids.shape[0], ids.shape[1], -1)], dim: 1);
        x = _norm.Forward(x.PlusInPlace(_positions.narrow(0, FirstPosition, x.shape[1])));
        for (int i = 0; i < _layers.Count; i++)
        {
            x = _layers[i].Forward(x);
            hook?.Invoke($"layers.{i}", x);
        }

        hook?.Invoke("", x);
        return x;
    }

    private sealed class Layer
    {
        private static readonly string[] Parts = ["q_proj", "k_proj", "v_proj"];

        private readonly SelfAttention _attention;
        private readonly LayerNorm _attentionNorm;
        private readonly Mlp _mlp;
        private readonly LayerNorm _finalNorm;

        public Layer(StateDict state, long width, long heads)
        {
            var attention = state["self_attn"];
            var weight = cat([.. Parts.Select(part => attention[part].LoadTemporary("weight", width, width))], dim: 0);
            var bias = cat([.. Parts.Select(part => attention[part].LoadTemporary("bias", width))], dim: 0);
            _attention = new SelfAttention(new Linear(state, weight, bias), new Linear(attention["out_proj"], width, width), heads);
            _attentionNorm = new LayerNorm(state["self_attn_layer_norm"], width);
            _mlp = new Mlp(state["fc1"], state["fc2"], width);
            _finalNorm = new LayerNorm(state["final_layer_norm"], width);
        }

        public Tensor Forward(Tensor x)
        {
            x = _attentionNorm.Forward(_attention.Forward(x).PlusInPlace(x));
            return _finalNorm.Forward(_mlp.Forward(x).PlusInPlace(x));
        }
    }
}
