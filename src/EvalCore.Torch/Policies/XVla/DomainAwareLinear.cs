using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.XVla;

/// <summary>A linear layer with weights of its own for each domain.</summary>
internal sealed class DomainAwareLinear(StateDict state, long domains, long inputs, long outputs)
{
    private readonly Tensor _weights = state["fc"].Load("weight", domains, inputs * outputs);
    private readonly Tensor _biases = state["bias"].Load("weight", domains, outputs);

    /// <summary>The layer of each row's domain, [B] int64: from [B, S, inputs] to [B, S, outputs].</summary>
    public Func<Tensor, Tensor> Of(Tensor domain)
    {
        var weight = _weights.index_select(0, domain).view(-1, inputs, outputs);
        var bias = _biases.index_select(0, domain).unsqueeze(1);
        return x => Autocast.Matmul(x, weight).PlusInPlace(bias);
    }
}
