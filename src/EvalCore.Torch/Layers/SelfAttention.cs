using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Multi-head self-attention whose queries, keys and values, in this order, are the output of one linear layer.</summary>
internal sealed class SelfAttention
{
    private readonly Linear _qkv;
    private readonly Linear _projection;
    private readonly long _heads;
    private readonly bool _causal;

    /// <summary>Loads the two linear layers.</summary>
    /// <param name="qkv">The part of queries, keys and values.</param>
    /// <param name="projection">The output's part.</param>
    /// <param name="width">Numbers of a token.</param>
    /// <param name="heads">How many heads.</param>
    /// <param name="causal">Whether a token attends only to itself and those before it.</param>
    public SelfAttention(StateDict qkv, StateDict projection, long width, long heads, bool causal = false)
    {
        _qkv = new Linear(qkv, width, 3 * width);
        _projection = new Linear(projection, width, width);
        (_heads, _causal) = (heads, causal);
    }

    /// <summary>[B, S, D] to [B, S, D].</summary>
    public Tensor Forward(Tensor x)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        var parts = _qkv.Forward(x).view(batch, length, 3, _heads, -1).permute(2, 0, 3, 1, 4).unbind(0);
        var attended = nn.functional.scaled_dot_product_attention(parts[0], parts[1], parts[2], is_casual: _causal);
        return _projection.Forward(attended.transpose(1, 2).reshape(batch, length, -1));
    }
}
