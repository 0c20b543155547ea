using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Act;

/// <summary>The feed-forward part of a layer: <c>linear1</c>, activation, <c>linear2</c>.</summary>
internal sealed class ActFeedForward
{
    private readonly Linear _linear1;
    private readonly Linear _linear2;
    private readonly string _activation;

    public ActFeedForward(ActConfig config, StateDict state)
    {
        _activation = config.FeedforwardActivation;
        _linear1 = new Linear(state["linear1"], config.DimModel, config.DimFeedforward);
        _linear2 = new Linear(state["linear2"], _activation == "glu" ? config.DimFeedforward / 2 : config.DimFeedforward, config.DimModel);
    }

    public Tensor Forward(Tensor x)
    {
        var hidden = _linear1.Forward(x);
        hidden = _activation switch
        {
            "relu" => hidden.relu_(),
            "gelu" => nn.functional.gelu(hidden),
            _ => nn.functional.glu(hidden),
        };
        return _linear2.Forward(hidden);
    }
}
