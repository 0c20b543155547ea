using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Root mean square normalisation whose scale, shift and gate depend on the time (pi0.5's <c>adaRMS</c>). The times are
/// known beforehand, so what depends on them is computed once, and the large weight of <c>dense</c> is not kept.
/// </summary>
internal sealed class AdaptiveRmsNorm : INorm
{
    private readonly double _eps;

    /// <summary>1 + scale, shift and gate of each step: [steps, 3, 1, 1, width].</summary>
    private readonly Tensor _modulations;

    /// <summary>Loads <c>dense</c>, a linear layer from the condition to scale, shift and gate.</summary>
    /// <param name="state">The norm's part.</param>
    /// <param name="width">How many numbers a token has.</param>
    /// <param name="eps">What is added to the mean square.</param>
    /// <param name="conditions">The condition of each step: [steps, condition width], float32.</param>
    public AdaptiveRmsNorm(StateDict state, long width, double eps, Tensor conditions)
    {
        _eps = eps;
        using var scope = NewDisposeScope();
        var dense = state["dense"].As(ScalarType.Float32);
        var modulations = nn.functional.linear(
            conditions, dense.LoadTemporary("weight", 3 * width, conditions.shape[1]), dense.LoadTemporary("bias", 3 * width));
        var parts = modulations.chunk(3, dim: 1);
        _modulations = state.Keep(stack([parts[0].Plus(Scalars.One), parts[1], parts[2]], dim: 1).view(-1, 3, 1, 1, width));
    }

    public Tensor Forward(Tensor x, int step, out Tensor? gate)
    {
        var parts = _modulations[step].unbind(0);
        gate = parts[2].to(x.dtype);
        return RmsNorm.Normalize(x, _eps).mul_(parts[0]).PlusInPlace(parts[1]).to(x.dtype);
    }
}
