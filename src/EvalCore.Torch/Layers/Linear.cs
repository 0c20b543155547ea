using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary><c>torch.nn.Linear</c>.</summary>
internal sealed class Linear
{
    private readonly Tensor _weight;
    private readonly Tensor? _bias;
    private readonly bool _packed;
    private readonly bool _widen;

    /// <summary>Loads <c>weight</c> [outputs, inputs] and <c>bias</c>; -1 inputs: as many as the file has.</summary>
    public Linear(StateDict state, long inputs, long outputs, bool bias = true)
        : this(state, state.LoadTemporary("weight", outputs, inputs), bias ? state.LoadTemporary("bias", outputs) : null)
    {
    }

    /// <summary>Takes tensors, [outputs, inputs] and [outputs], which belong to the layer from here on.</summary>
    public Linear(StateDict state, Tensor weight, Tensor? bias)
    {
        _packed = OneDnn.PaysLinear(weight);
        _weight = state.Keep(_packed ? OneDnn.PackLinear(weight) : weight);
        _bias = bias is null ? null : state.Keep(bias);
        _widen = Bfloat16.IsWidened(weight);

        // At once, so that loading never needs a second copy of all weights.
        if (_packed)
            weight.Dispose();
    }

    /// <summary>Uses a weight that another layer has as well, [outputs, inputs], without bias.</summary>
    public Linear(Tensor shared)
    {
        _weight = shared;
        _widen = Bfloat16.IsWidened(shared);
    }

    /// <summary>[..., inputs] to [..., outputs].</summary>
    public Tensor Forward(Tensor x) => Forward(x, _bias);

    /// <summary>The same with another bias, [outputs] or null.</summary>
    public Tensor Forward(Tensor x, Tensor? bias)
    {
        if (_packed)
            return OneDnn.Linear(x, _weight, bias);
        if (!_widen)
            return Autocast.Linear(x, _weight, bias);
        using var scope = NewDisposeScope();
        var y = nn.functional.linear(x.to(ScalarType.Float32), _weight.to(ScalarType.Float32), bias?.to(ScalarType.Float32));
        return y.to(x.dtype).MoveToOuterDisposeScope();
    }
}
