using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.Linear</c>.</summary>
internal sealed class Linear
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly bool _widen;

    /// <summary>Loads <c>weight</c> [outputs, inputs] and <c>bias</c>; -1 inputs: as many as the file has.</summary>
    public Linear(StateDict state, long inputs, long outputs, bool bias = true)
        : this(state.Load("weight", outputs, inputs), bias ? state.Load("bias", outputs) : null)
    {
    }

    /// <summary>Uses tensors that are loaded: [outputs, inputs] and [outputs].</summary>
    public Linear(Tensor weight, Tensor? bias)
    {
        (_weight, _bias) = (weight, bias);
        _widen = Bfloat16.IsWidened(weight);
    }

    public Tensor Forward(Tensor x)
    {
        if (!_widen)
            return Autocast.Linear(x, _weight, _bias);
        using var scope = NewDisposeScope();
        var y = nn.functional.linear(x.to(ScalarType.Float32), _weight.to(ScalarType.Float32), _bias?.to(ScalarType.Float32));
        return y.to(x.dtype).MoveToOuterDisposeScope();
    }
}
