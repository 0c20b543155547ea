namespace EvalCore.Torch.Processors;

/// <summary>
/// A step of a pipeline. It has no state that a transition changes, so several threads may run it at once. One that owns
/// tensors is disposable.
/// </summary>
internal interface IProcessorStep
{
    /// <summary>Changes a transition.</summary>
    void Process(Transition transition);
}
