using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Root mean square normalisation (Zhang and Sennrich, 2019), in float32: x / sqrt(mean x² + eps) · weight. Gemma stores the
/// weight less one.
/// </summary>
internal sealed class RmsNorm : INorm
{
    private readonly Tensor _weight;
    private readonly double _eps;

    /// <summary>Loads <c>weight</c>.</summary>
    public RmsNorm(StateDict state, long width, double eps, bool lessOne)
    {
        state = state.As(ScalarType.Float32);
        _weight = lessOne ? state.Keep(state.LoadTemporary("weight", width).Plus(Scalars.One)) : state.Load("weight", width);
        _eps = eps;
    }

    /// <summary>x / sqrt(mean x² + eps), float32.</summary>
    public static Tensor Normalize(Tensor x, double eps)
    {
        x = x.to(ScalarType.Float32);

        // Not square(): TorchSharp makes its exponent for the one call.
        return x.mul(x.mul(x).mean([-1], keepdim: true).Plus(Scalars.Of(eps)).rsqrt_());
    }

    public Tensor Forward(Tensor x) => Normalize(x, _eps).mul_(_weight).to(x.dtype);

    public Tensor Forward(Tensor x, int step, out Tensor? gate)
    {
        gate = null;
        return Forward(x);
    }
}
