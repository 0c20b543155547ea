namespace EvalCore.Torch.Processors;

/// <summary>
/// A step of a pipeline: LeRobot's <c>ProcessorStep</c>. It has no state that a transition changes, so several threads may
/// run it at once. A step that owns tensors is disposable.
/// </summary>
public interface IProcessorStep
{
    /// <summary>Changes a transition: all rows of a batch at once.</summary>
    void Process(Transition transition);
}
