namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>absolute_actions_processor</c>: adds the state to actions that are relative to it. As in LeRobot that is the state when
/// an action is played, not when it was predicted.
/// </summary>
internal sealed class AbsoluteActionsProcessor(ProcessorStepContext context) : IProcessorStep
{
    public const string Name = "absolute_actions_processor";

    private RelativeActionsProcessor? _relative;

    /// <summary>Whether it does anything.</summary>
    public bool Enabled { get; } = context.Config<Fields>().Enabled;

    /// <summary>Says which step of the pre-processor keeps the state.</summary>
    /// <exception cref="EvalCoreException">There is none, but this step needs it.</exception>
    public void Link(RelativeActionsProcessor? relative) => _relative = relative ?? (Enabled
        ? throw context.Invalid($"the pre-processor has no step '{RelativeActionsProcessor.Name}', which keeps the state that actions are relative to")
        : null);

    public void Process(Transition transition)
    {
        if (Enabled && transition.Action is { } action)
            transition.Action = _relative!.Absolute(action, transition);
    }

    private sealed class Fields
    {
        public bool Enabled { get; set; }
    }
}
