using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Attention in which several query heads share the keys and values of one head (Ainslie et al., 2023), without biases, as
/// Llama and Gemma have it.
/// </summary>
internal sealed class GroupedQueryAttention
{
    private readonly Linear _qProj;
    private readonly Linear _kProj;
    private readonly Linear _vProj;
    private readonly Linear _oProj;
    private readonly long _heads;
    private readonly long _keyValueHeads;

    /// <summary>Loads <c>q_proj</c>, <c>k_proj</c>, <c>v_proj</c> and <c>o_proj</c>.</summary>
    /// <param name="state">The attention's part.</param>
    /// <param name="width">How many numbers a token has.</param>
    /// <param name="headDim">How many numbers a head has.</param>
    /// <param name="heads">How many query heads there are.</param>
    /// <param name="keyValueHeads">How many key-value heads there are.</param>
    /// <param name="keyValueWidth">How many numbers a token has that keys and values are made of; null: as many as the others.</param>
    /// <param name="keysValuesOnly">Whether only keys and values are made; the other tensors are not read.</param>
    public GroupedQueryAttention(
        StateDict state, long width, long headDim, long heads, long keyValueHeads, long? keyValueWidth = null, bool keysValuesOnly = false)
    {
        var rest = keysValuesOnly ? state.Unread() : state;
        _heads = heads;
        _keyValueHeads = keyValueHeads;
        _qProj = new Linear(rest["q_proj"], width, heads * headDim, bias: false);
        _kProj = new Linear(state["k_proj"], keyValueWidth ?? width, keyValueHeads * headDim, bias: false);
        _vProj = new Linear(state["v_proj"], keyValueWidth ?? width, keyValueHeads * headDim, bias: false);
        _oProj = new Linear(rest["o_proj"], heads * headDim, width, bias: false);
    }

    /// <summary>[B, S, width] to turned queries [B, heads, S, head dimension].</summary>
    public Tensor Queries(Tensor x, RotaryEmbedding rotary) => rotary.Rotate(Split(_qProj.Forward(x), _heads));

    /// <summary>[B, S, width] to keys [B, key-value heads, S, head dimension], turned where positions are given.</summary>
    public Tensor Keys(Tensor x, RotaryEmbedding? rotary)
    {
        var keys = Split(_kProj.Forward(x), _keyValueHeads);
        return rotary?.Rotate(keys) ?? keys;
    }

    /// <summary>[B, S, width] to values [B, key-value heads, S, head dimension].</summary>
    public Tensor Values(Tensor x) => Split(_vProj.Forward(x), _keyValueHeads);

    /// <summary>Attention.</summary>
    /// <param name="queries">[B, heads, S, head dimension].</param>
    /// <param name="keys">[B, key-value heads, T, head dimension].</param>
    /// <param name="values">The same shape as the keys.</param>
    /// <param name="mask">Added to the scores, [B or 1, 1, S or 1, T]; null: every query sees every key.</param>
    /// <returns>[B, S, width].</returns>
    public Tensor Attend(Tensor queries, Tensor keys, Tensor values, Tensor? mask)
    {
        var type = queries.dtype;
        (keys, values) = (ForEveryHead(keys), ForEveryHead(values));
        if (Bfloat16.IsWidened(queries))
            (queries, keys, values, mask) = (queries.to(ScalarType.Float32), keys.to(ScalarType.Float32), values.to(ScalarType.Float32), mask?.to(ScalarType.Float32));
        var attended = Autocast.Attention(queries, keys, values, mask).to(type);
        return _oProj.Forward(attended.transpose(1, 2).flatten(2));
    }

    private static Tensor Split(Tensor x, long heads) => x.view(x.shape[0], x.shape[1], heads, -1).transpose(1, 2);

    /// <summary>Keys or values for each query head: a view where there is one key-value head.</summary>
    private Tensor ForEveryHead(Tensor x) => _keyValueHeads == _heads
        ? x
        : x.unsqueeze(2).expand(-1, -1, _heads / _keyValueHeads, -1, -1).flatten(1, 2);
}
