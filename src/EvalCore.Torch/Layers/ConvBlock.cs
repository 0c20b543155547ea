using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Convolution, group norm, Mish: LeRobot's <c>DiffusionConv1dBlock</c>.</summary>
internal sealed class ConvBlock(StateDict state, long input, long output, int kernel, int groups)
{
    private readonly Conv1d _conv = new(state["block"][0], input, output, kernel, stride: 1, padding: kernel / 2);
    private readonly Tensor _normWeight = state["block"][1].Take("weight", output);
    private readonly Tensor _normBias = state["block"][1].Take("bias", output);

    public Tensor Forward(Tensor x) =>
        nn.functional.mish(nn.functional.group_norm(_conv.Forward(x), groups, _normWeight, _normBias, 1e-5), inplace: true);
}
