using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Pi0;

/// <summary>pi0's: a token of the state, then one for each action, with the time mixed into it by an MLP.</summary>
internal sealed class Pi0Suffix : ISuffix
{
    private readonly Linear _stateProj;
    private readonly ActionTimeMlp _actionTimeMlp;
    private readonly int _maxStateDim;

    /// <summary>Loads <c>state_proj</c> and the modules of <see cref="ActionTimeMlp"/>.</summary>
    public Pi0Suffix(Pi0Config config, StateDict model)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        _maxStateDim = config.MaxStateDim;
        long width = model["action_in_proj"].Shape("weight")[0];
        _stateProj = new Linear(model["state_proj"], config.MaxStateDim, width);
        var times = FlowMatching.TimeEmbedding(FlowMatching.Times(config.NumInferenceSteps), width, config.MinPeriod, config.MaxPeriod);
        _actionTimeMlp = new ActionTimeMlp(model, config.MaxActionDim, times.to(model.Device));
        Blocks = [1, .. Enumerable.Repeat(2, config.ChunkSize)];
    }

    public IReadOnlyList<int> Blocks { get; }

    public INorm NewNorm(StateDict state, long width) => DecoderKind.Gemma.NewNorm(state, width);

    public Tensor? EmbedState(Tensor state, Action<string, Tensor>? hook)
    {
        var token = _stateProj.Forward(nn.functional.pad(state, [0, _maxStateDim - state.shape[1]]));
        hook?.Invoke("state_proj", token);
        return token.unsqueeze(1);
    }

    public Tensor EmbedActions(Tensor actions, int step, Action<string, Tensor>? hook) => _actionTimeMlp.Forward(actions, step, hook);
}
