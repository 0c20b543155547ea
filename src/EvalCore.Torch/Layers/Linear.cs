using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.Linear</c>.</summary>
internal sealed class Linear
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;

    /// <summary>Loads <c>weight</c> [outputs, inputs] and <c>bias</c>; -1 inputs: as many as the file has.</summary>
    public Linear(StateDict state, long inputs, long outputs, bool bias = true)
    {
        _weight = state.Load("weight", outputs, inputs);
        _bias = bias ? state.Load("bias", outputs) : null;
    }

    public Tensor Forward(Tensor x) => nn.functional.linear(x, _weight, _bias);
}
