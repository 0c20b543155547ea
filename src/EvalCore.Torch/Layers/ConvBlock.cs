using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Convolution, group norm, Mish: LeRobot's <c>DiffusionConv1dBlock</c>, on images as in <see cref="Conv1d"/>.</summary>
internal sealed class ConvBlock(StateDict state, long input, long output, int kernel, int groups)
{
    private readonly Conv1d _conv = new(state["block"][0], input, output, kernel, padding: kernel / 2);
    private readonly Tensor _normWeight = state["block"][1].Load("weight", output);
    private readonly Tensor _normBias = state["block"][1].Load("bias", output);

    /// <summary>[batch, input, 1, length] to [batch, output, 1, length].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        var y = nn.functional.group_norm(_conv.Forward(x, batch, length), groups, _normWeight, _normBias, 1e-5);
        return Mish.Forward(y);
    }
}
