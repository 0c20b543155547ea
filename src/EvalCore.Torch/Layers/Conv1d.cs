using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.Conv1d</c>.</summary>
internal sealed class Conv1d(StateDict state, long input, long output, int kernel, int stride, int padding)
{
    private readonly Tensor _weight = state.Take("weight", output, input, kernel);
    private readonly Tensor _bias = state.Take("bias", output);

    public Tensor Forward(Tensor x) => nn.functional.conv1d(x, _weight, _bias, stride, padding);
}
