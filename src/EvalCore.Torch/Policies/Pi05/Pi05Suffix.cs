using EvalCore.Torch.Checkpoints;
using EvalCore.Torch.Layers;
using EvalCore.Torch.Policies.Pi0;
using static TorchSharp.torch;

namespace EvalCore.Torch.Policies.Pi05;

/// <summary>pi0.5's: a token for each action; the time acts through the norms of the action expert, the state is in the prompt.</summary>
internal sealed class Pi05Suffix : ISuffix
{
    private readonly Linear _actionInProj;

    /// <summary>What the norms are told of the time of each step: [steps, width].</summary>
    private readonly Tensor _conditions;

    /// <summary>Loads <c>action_in_proj</c>, <c>time_mlp_in</c> and <c>time_mlp_out</c>.</summary>
    public Pi05Suffix(Pi05Config config, StateDict model)
    {
        using var mode = inference_mode();
        using var scope = NewDisposeScope();
        long width = model["action_in_proj"].Shape("weight")[0];
        _actionInProj = new Linear(model["action_in_proj"], config.MaxActionDim, width);
        var times = FlowMatching.TimeEmbedding(FlowMatching.Times(config.NumInferenceSteps), width, config.MinPeriod, config.MaxPeriod);
        _conditions = model.Keep(TimeMlp("time_mlp_out", TimeMlp("time_mlp_in", times.to(model.Device))));
        Blocks = [.. Enumerable.Repeat(1, config.ChunkSize)];

        Tensor TimeMlp(string name, Tensor x) =>
            nn.functional.linear(x, model[name].LoadTemporary("weight", width, width), model[name].LoadTemporary("bias", width)).silu_();
    }

    public IReadOnlyList<int> Blocks { get; }

    public INorm NewNorm(StateDict state, long width) => new AdaptiveRmsNorm(state, width, DecoderKind.Gemma.Eps, _conditions);

    public Tensor? EmbedState(Tensor state, Action<string, Tensor>? hook) => null;

    public Tensor EmbedActions(Tensor actions, int step, Action<string, Tensor>? hook)
    {
        var tokens = _actionInProj.Forward(actions);
        hook?.Invoke("action_in_proj", tokens);
        return tokens;
    }
}
