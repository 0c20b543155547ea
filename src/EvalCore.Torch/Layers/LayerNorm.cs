using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.LayerNorm</c> over the last dimension.</summary>
internal sealed class LayerNorm(StateDict state, long width, double eps = 1e-5)
{
    private readonly long[] _shape = [width];
    private readonly Tensor _weight = state.Load("weight", width);
    private readonly Tensor _bias = state.Load("bias", width);

    public Tensor Forward(Tensor x) => nn.functional.layer_norm(x, _shape, _weight, _bias, eps);
}
