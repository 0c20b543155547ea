using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Multi-head self-attention whose queries, keys and values, in this order, are the output of one linear layer.</summary>
/// <param name="qkv">Queries, keys and values of a token.</param>
/// <param name="projection">The output's layer.</param>
/// <param name="heads">How many heads.</param>
/// <param name="causal">Whether a token attends only to itself and those before it.</param>
internal sealed class SelfAttention(Linear qkv, Linear projection, long heads, bool causal = false)
{
    /// <summary>Loads the two linear layers: the parts of both, and the numbers of a token.</summary>
    public SelfAttention(StateDict qkv, StateDict projection, long width, long heads, bool causal = false)
        : this(new Linear(qkv, width, 3 * width), new Linear(projection, width, width), heads, causal)
    {
    }

    /// <summary>[B, S, D] to [B, S, D].</summary>
    public Tensor Forward(Tensor x)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        var parts = Parts(x);
        var attended = Autocast.Attention(parts[0], parts[1], parts[2], causal: causal);
        return projection.Forward(attended.transpose(1, 2).reshape(batch, length, -1));
    }

    /// <summary>What <see cref="Forward"/> gives for the last token, which attends to all: [B, S, D] to [B, 1, D].</summary>
    public Tensor Last(Tensor x)
    {
        var (batch, length) = (x.shape[0], x.shape[1]);
        var parts = Parts(x);
        var attended = Autocast.Attention(parts[0].narrow(2, length - 1, 1), parts[1], parts[2]);
        return projection.Forward(attended.reshape(batch, 1, -1));
    }

    /// <summary>Queries, keys and values, [B, heads, S, D / heads] each.</summary>
    private Tensor[] Parts(Tensor x) => qkv.Forward(x).view(x.shape[0], x.shape[1], 3, heads, -1).permute(2, 0, 3, 1, 4).unbind(0);
}
