using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Rotary position embedding (Su et al., 2021) for given positions: number i of a head's first half and number i of its
/// second half are one vector, turned by position / 10000^(2i / head dimension).
/// </summary>
internal sealed class RotaryEmbedding
{
    private readonly Tensor _cos;

    /// <summary>Of the first half with a minus sign.</summary>
    private readonly Tensor _sin;
    private readonly long _half;

    /// <summary>Computes the angles.</summary>
    /// <param name="positions">[B, S] int64; B may be 1 for all rows.</param>
    /// <param name="headDim">How many numbers a head has.</param>
    /// <param name="type">The type of what is turned.</param>
    public RotaryEmbedding(Tensor positions, long headDim, ScalarType type)
    {
        const float Base = 10000;
        _half = headDim / 2;
        using var scope = NewDisposeScope();
        var exponents = Scalars.Arange(0, _half).to(ScalarType.Float32).mul(Scalars.Of(2f / headDim));
        var timescales = tensor(new[] { Base }).pow(exponents).to(positions.device);
        var angles = positions.to(ScalarType.Float32).unsqueeze(1).unsqueeze(-1).div(timescales);
        var cos = angles.cos();
        var sin = angles.sin();
        _cos = cat([cos, cos], dim: -1).to(type).MoveToOuterDisposeScope();
        _sin = cat([sin.neg(), sin], dim: -1).to(type).MoveToOuterDisposeScope();
    }

    /// <summary>Turns queries or keys, [B, heads, S, head dimension].</summary>
    public Tensor Rotate(Tensor x) => x.mul(_cos).addcmul_(x.roll(_half, -1), _sin, Scalars.One);
}
