namespace EvalCore.Torch.Policies;

/// <summary>The first <c>n_action_steps</c> of a chunk, one after the other, before the network runs again.</summary>
internal sealed class ActionQueue(int nActionSteps) : IActionSelection
{
    public int Actions => nActionSteps;

    public void Select(ReadOnlySpan<float> chunk, Span<float> actions) => chunk[..actions.Length].CopyTo(actions);
}
