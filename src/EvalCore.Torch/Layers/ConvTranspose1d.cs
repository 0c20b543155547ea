using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.ConvTranspose1d</c> that doubles the length: kernel 4, stride 2, padding 1.</summary>
internal sealed class ConvTranspose1d(StateDict state, long channels)
{
    private readonly Tensor _weight = state.Take("weight", channels, channels, 4);
    private readonly Tensor _bias = state.Take("bias", channels);

    public Tensor Forward(Tensor x) => nn.functional.conv_transpose1d(x, _weight, _bias, stride: 2, padding: 1);
}
