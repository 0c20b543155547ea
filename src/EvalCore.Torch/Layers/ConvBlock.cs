using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Convolution, group norm, Mish, on channels-last sequences: LeRobot's <c>DiffusionConv1dBlock</c>.</summary>
internal sealed class ConvBlock(StateDict state, long input, long output, int kernel, int groups)
{
    private readonly Conv1d _conv = new(state["block"][0], input, output, kernel, padding: kernel / 2);
    private readonly Tensor _normWeight = state["block"][1].Take("weight", output);
    private readonly Tensor _normBias = state["block"][1].Take("bias", output);

    /// <summary>[batch, length, input] to [batch, length, output].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        // As a picture of one row, because libtorch's group norm takes channels-last pictures as they are.
        var picture = _conv.Forward(x, batch, length).unsqueeze(1).permute(0, 3, 1, 2);
        var normed = nn.functional.group_norm(picture, groups, _normWeight, _normBias, 1e-5);
        return nn.functional.mish(normed, inplace: true).squeeze(2).transpose(1, 2);
    }
}
