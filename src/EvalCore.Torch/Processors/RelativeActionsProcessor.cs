using EvalCore.Torch.Checkpoints;
using static TorchSharp.torch;

namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>relative_actions_processor</c>: actions become relative to the state, where there are some, which is in training only.
/// In an evaluation it keeps the state, as it is at this place of the pipeline, for <see cref="AbsoluteActionsProcessor"/>.
/// </summary>
internal sealed class RelativeActionsProcessor(ProcessorStepContext context) : IProcessorStep
{
    public const string Name = "relative_actions_processor";

    private const string Kept = Name + ".state";

    private readonly Fields _fields = context.Config<Fields>();

    public void Process(Transition transition)
    {
        if (!transition.Observation.TryGetValue(FeatureNames.State, out var state))
            return;
        transition.ComplementaryData[Kept] = state;
        if (_fields.Enabled && transition.Action is { } action)
            transition.Action = action.sub(Offset(action, state));
    }

    /// <summary>Brings actions back: adds the state that was kept.</summary>
    /// <exception cref="EvalCoreException">None was kept.</exception>
    public Tensor Absolute(Tensor action, Transition transition) => transition.ComplementaryData.TryGetValue(Kept, out var state)
        ? action.Plus(Offset(action, state))
        : throw context.Invalid($"there is no '{FeatureNames.State}', to which the actions are relative");

    /// <summary>
    /// Which components of an action are relative: all but those whose name has one of <c>exclude_joints</c> in it, whatever
    /// its case.
    /// </summary>
    internal bool[] Mask(int actionDimension)
    {
        string[] excluded = [.. _fields.ExcludeJoints.Where(name => name.Length > 0)];
        return
        [
            .. Enumerable.Range(0, actionDimension).Select(i => !(_fields.ActionNames is { } names && i < names.Length
                && excluded.Any(name => names[i].Contains(name, StringComparison.OrdinalIgnoreCase)))),
        ];
    }

    /// <summary>What is added to relative actions [B, (steps,) n]: the state where the mask says so, else zero.</summary>
    private Tensor Offset(Tensor action, Tensor state)
    {
        int dimension = (int)action.shape[^1];
        if (state.shape[^1] < dimension)
            throw context.Invalid($"'{FeatureNames.State}' has {state.shape[^1]} numbers, but the actions that are relative to it have {dimension}");
        var mask = tensor([.. Mask(dimension).Select(on => on ? 1f : 0f)]).to(action.dtype).to(action.device);
        var offset = state.to(action.dtype).to(action.device).narrow(-1, 0, dimension).mul(mask);
        return action.dim() == 3 ? offset.unsqueeze(-2) : offset;
    }

    private sealed class Fields
    {
        public bool Enabled { get; set; }

        public string[] ExcludeJoints { get; set; } = [];

        public string[]? ActionNames { get; set; }
    }
}
