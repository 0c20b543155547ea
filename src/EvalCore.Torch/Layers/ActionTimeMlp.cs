using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Layers;

/// <summary>
/// Noisy actions and the time to tokens (pi0 and SmolVLA): <c>action_in_proj</c>, then <c>action_time_mlp_in</c> of the
/// action beside the time, SiLU, <c>action_time_mlp_out</c>. The times are known beforehand, so their part is computed once.
/// </summary>
internal sealed class ActionTimeMlp
{
    private readonly Linear _actionInProj;
    private readonly Linear _in;

    /// <summary>What the time adds at each step: [steps, width].</summary>
    private readonly Tensor _biases;
    private readonly Linear _out;

    /// <summary>Loads the tensors.</summary>
    /// <param name="state">The part that has the three modules.</param>
    /// <param name="actionDim">How many numbers an action has.</param>
    /// <param name="times">The embedding of each step's time: [steps, width].</param>
    public ActionTimeMlp(StateDict state, long actionDim, Tensor times)
    {
        long width = times.shape[1];
        _actionInProj = new Linear(state["action_in_proj"], actionDim, width);
        _out = new Linear(state["action_time_mlp_out"], width, width);
        using var scope = NewDisposeScope();
        var weight = state["action_time_mlp_in"].LoadTemporary("weight", width, 2 * width);
        var bias = state["action_time_mlp_in"].LoadTemporary("bias", width);
        _in = new Linear(state, weight.narrow(1, 0, width).contiguous(), null);
        _biases = state.Keep(nn.functional.linear(times, weight.narrow(1, width, width).contiguous(), bias));
    }

    /// <summary>[B, chunk, action dimension] to [B, chunk, width].</summary>
    public Tensor Forward(Tensor actions, int step, Action<string, Tensor>? hook)
    {
        var x = _actionInProj.Forward(actions);
        hook?.Invoke("action_in_proj", x);
        x = _in.Forward(x, _biases[step]);
        hook?.Invoke("action_time_mlp_in", x);
        x = _out.Forward(x.silu_());
        hook?.Invoke("action_time_mlp_out", x);
        return x;
    }
}
