using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>The feed-forward part of Llama and Gemma: down(activation(gate(x)) · up(x)), without biases.</summary>
internal sealed class GatedMlp
{
    private readonly Linear _gateProj;
    private readonly Linear _upProj;
    private readonly Linear _downProj;
    private readonly Func<Tensor, Tensor> _activation;

    /// <summary>Loads <c>gate_proj</c>, <c>up_proj</c> and <c>down_proj</c>.</summary>
    public GatedMlp(StateDict state, long width, Func<Tensor, Tensor> activation)
    {
        long hidden = state["gate_proj"].Shape("weight")[0];
        _gateProj = new Linear(state["gate_proj"], width, hidden, bias: false);
        _upProj = new Linear(state["up_proj"], width, hidden, bias: false);
        _downProj = new Linear(state["down_proj"], hidden, width, bias: false);
        _activation = activation;
    }

    public Tensor Forward(Tensor x) => _downProj.Forward(_activation(_gateProj.Forward(x)).mul_(_upProj.Forward(x)));
}
