using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.TdMpc;

/// <summary>
/// The paper's task-oriented latent dynamics: what an action makes of a latent state, its reward, its value by each of an
/// ensemble of functions, and the learned policy. Latent states are [B, n, latent], actions [B, n, action dimension]. A module
/// frees what it computes on the way: a plan runs it hundreds of times.
/// </summary>
internal sealed class Told
{
    private readonly Mlp _dynamics;
    private readonly Mlp _reward;
    private readonly Mlp _pi;
    private readonly ValueFunction[] _qs;

    public Told(TdMpcConfig config, StateDict state)
    {
        int both = config.LatentDim + config.ActionDim;
        _dynamics = new Mlp(config, state["_dynamics"], both, config.LatentDim, normalizes: true);
        _reward = new Mlp(config, state["_reward"], both, 1);
        _pi = new Mlp(config, state["_pi"], config.LatentDim, config.ActionDim);
        _qs = [.. Enumerable.Range(0, config.QEnsembleSize).Select(i => new ValueFunction(config, state["_Qs"][i], both))];
    }

    /// <summary>The learned policy's actions.</summary>
    public Tensor Pi(Tensor z, Action<string, Tensor>? hook)
    {
        var actions = _pi.Forward(z);
        Hook(hook, "_pi", actions);
        return actions.tanh();
    }

    /// <summary>The next latent states.</summary>
    public Tensor Dynamics(Tensor z, Tensor actions, Action<string, Tensor>? hook) => Dynamics(cat([z, actions], dim: 2), hook);

    /// <summary>The next latent states, and the rewards [B, n].</summary>
    public (Tensor Next, Tensor Reward) DynamicsAndReward(Tensor z, Tensor actions, Action<string, Tensor>? hook)
    {
        var x = cat([z, actions], dim: 2);
        var reward = _reward.Forward(x);
        Hook(hook, "_reward", reward);
        return (Dynamics(x, hook), reward.squeeze(2));
    }

    /// <summary>The actions' value by each function: [functions, B, n].</summary>
    public Tensor Qs(Tensor z, Tensor actions, Action<string, Tensor>? hook)
    {
        var x = cat([z, actions], dim: 2);
        var values = new Tensor[_qs.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = _qs[i].Forward(x);
            Hook(hook, $"_Qs.{i}", values[i]);
        }

        return stack(values, dim: 0).squeeze(3);
    }

    /// <summary>LeRobot's modules have the batch in the second dimension.</summary>
    private static void Hook(Action<string, Tensor>? hook, string module, Tensor output) => hook?.Invoke($"model.{module}", output.transpose(0, 1));

    private Tensor Dynamics(Tensor x, Action<string, Tensor>? hook)
    {
        var next = _dynamics.Forward(x).sigmoid_();
        Hook(hook, "_dynamics", next);
        return next;
    }

    /// <summary>Two layers with layer norm and Mish, and a linear one, whose output may be normalised.</summary>
    private sealed class Mlp(TdMpcConfig config, StateDict state, int inputs, int outputs, bool normalizes = false)
    {
        private readonly Linear _first = new(state[0], inputs, config.MlpDim);
        private readonly LayerNorm _firstNorm = new(state[1], config.MlpDim);
        private readonly Linear _second = new(state[3], config.MlpDim, config.MlpDim);
        private readonly LayerNorm _secondNorm = new(state[4], config.MlpDim);
        private readonly Linear _last = new(state[6], config.MlpDim, outputs);
        private readonly LayerNorm? _lastNorm = normalizes ? new LayerNorm(state[7], outputs) : null;

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            x = Mish.Forward(_firstNorm.Forward(_first.Forward(x)));
            x = Mish.Forward(_secondNorm.Forward(_second.Forward(x)));
            x = _last.Forward(x);
            return (_lastNorm?.Forward(x) ?? x).MoveToOuterDisposeScope();
        }
    }

    /// <summary>One of the ensemble.</summary>
    private sealed class ValueFunction(TdMpcConfig config, StateDict state, int inputs)
    {
        private readonly Linear _first = new(state[0], inputs, config.MlpDim);
        private readonly LayerNorm _norm = new(state[1], config.MlpDim);
        private readonly Linear _second = new(state[3], config.MlpDim, config.MlpDim);
        private readonly Linear _last = new(state[5], config.MlpDim, 1);

        public Tensor Forward(Tensor x)
        {
            using var scope = NewDisposeScope();
            x = _norm.Forward(_first.Forward(x)).tanh_();
            return _last.Forward(Elu.Forward(_second.Forward(x))).MoveToOuterDisposeScope();
        }
    }
}
