using EvalCore.Torch.Checkpoints;
using TorchSharp.Modules;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>A transformer's feed-forward part: linear, GELU, linear. The width between is read from the tensors.</summary>
/// <param name="first">The first linear layer's part.</param>
/// <param name="second">The second one's.</param>
/// <param name="width">Numbers of a token.</param>
/// <param name="approximate">Whether GELU is approximated with tanh.</param>
internal sealed class Mlp(StateDict first, StateDict second, long width, bool approximate = false)
{
    private readonly Linear _first = new(first, width, first.Shape("weight")[0]);
    private readonly Linear _second = new(second, first.Shape("weight")[0], width);

    public Tensor Forward(Tensor x)
    {
        var hidden = _first.Forward(x);
        return _second.Forward(approximate ? nn.functional.gelu(hidden, GELU.Approximate.tanh) : nn.functional.gelu(hidden));
    }
}
