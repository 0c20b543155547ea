using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>A layer of Llama's and Gemma's: norm and attention, norm and feed-forward part, each added to its input.</summary>
internal sealed class DecoderLayer
{
    private readonly INorm _inputLayernorm;
    private readonly INorm _postAttentionLayernorm;
    private readonly GatedMlp _mlp;

    /// <summary>Loads the layer's tensors.</summary>
    /// <param name="state">The layer's part.</param>
    /// <param name="kind">What the tensors do not tell.</param>
    /// <param name="headDim">How many numbers a head has.</param>
    /// <param name="norm">Makes a norm from its part and width.</param>
    /// <param name="keyValueWidth">How many numbers a token has that keys and values are made of; null: as many as the others.</param>
    /// <param name="keysValuesOnly">Whether only keys and values are made of the layer's input; the other tensors are not read.</param>
    public DecoderLayer(
        StateDict state, DecoderKind kind, long headDim, Func<StateDict, long, INorm> norm, long? keyValueWidth = null, bool keysValuesOnly = false)
    {
        long width = state["self_attn"]["q_proj"].Shape("weight")[1];
        SelfAttn = new GroupedQueryAttention(state["self_attn"], width, headDim, kind.Heads, kind.KeyValueHeads, keyValueWidth, keysValuesOnly);
        _inputLayernorm = norm(state["input_layernorm"], width);
        var rest = keysValuesOnly ? state.Unread() : state;
        _mlp = new GatedMlp(rest["mlp"], width, kind.Activation);
        _postAttentionLayernorm = norm(rest["post_attention_layernorm"], width);
    }

    /// <summary>The attention's projections.</summary>
    public GroupedQueryAttention SelfAttn { get; }

    /// <summary>The input of the attention: [B, S, width] normalised.</summary>
    public Tensor Normalize(Tensor x, int step = 0) => _inputLayernorm.Forward(x, step, out _);

    /// <summary>[B, S, width] to the same.</summary>
    /// <param name="x">The tokens.</param>
    /// <param name="step">The denoising step, for adaptive norms.</param>
    /// <param name="attend">Attention from the normalised tokens to what is added to them.</param>
    /// <param name="hook">Is given the modules' outputs.</param>
    public Tensor Forward(Tensor x, int step, Func<Tensor, Tensor> attend, Action<string, Tensor>? hook)
    {
        using var scope = NewDisposeScope();
        var normalized = _inputLayernorm.Forward(x, step, out var gate);
        hook?.Invoke("input_layernorm", normalized);
        var attended = attend(normalized);
        hook?.Invoke("self_attn", attended);
        x = Added(attended, gate, x);
        normalized = _postAttentionLayernorm.Forward(x, step, out gate);
        hook?.Invoke("post_attention_layernorm", normalized);
        var hidden = _mlp.Forward(normalized);
        hook?.Invoke("mlp", hidden);
        x = Added(hidden, gate, x);
        hook?.Invoke("", x);
        return x.MoveToOuterDisposeScope();
    }

    private static Tensor Added(Tensor output, Tensor? gate, Tensor x) => (gate is null ? output : output.mul_(gate)).PlusInPlace(x);
}
