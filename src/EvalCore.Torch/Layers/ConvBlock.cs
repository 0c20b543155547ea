using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>Convolution, group norm, Mish: LeRobot's <c>DiffusionConv1dBlock</c>, on images as in <see cref="Conv1d"/>.</summary>
/// <remarks>
/// libtorch's group norm on channels-last images takes the variance as a difference of two means, which is wrong where the
/// mean is much larger than the deviation: in groups of very few channels, whose numbers may hardly change over a trajectory.
/// Such groups are normalised in the contiguous layout, where libtorch sums squared deviations, as LeRobot does for all.
/// </remarks>
internal sealed class ConvBlock(StateDict state, long input, long output, int kernel, int groups)
{
    private readonly Conv1d _conv = new(state["block"][0], input, output, kernel, padding: kernel / 2);
    private const int FewChannels = 2;

    private readonly Tensor _normWeight = state["block"][1].Load("weight", output);
    private readonly Tensor _normBias = state["block"][1].Load("bias", output);

    /// <summary>[batch, input, 1, length] to [batch, output, 1, length].</summary>
    public Tensor Forward(Tensor x, long batch, long length)
    {
        var y = _conv.Forward(x, batch, length);
        if (output / groups > FewChannels)
            return Mish.Forward(nn.functional.group_norm(y, groups, _normWeight, _normBias, 1e-5));
        y = Mish.Forward(nn.functional.group_norm(y.contiguous(), groups, _normWeight, _normBias, 1e-5));
        return Conv1d.AsImage(y.permute(0, 2, 3, 1).contiguous(), batch, output, length);
    }
}
