namespace EvalCore.Torch.Policies;

/// <summary>How an episode's actions are taken from the chunks a network predicts.</summary>
internal interface IActionSelection
{
    /// <summary>How many actions one chunk gives.</summary>
    int Actions { get; }

    /// <summary>Takes the next actions from a new chunk.</summary>
    /// <param name="chunk">[steps, numbers per action], in the policy's units.</param>
    /// <param name="actions">[<see cref="Actions"/>, numbers per action].</param>
    void Select(ReadOnlySpan<float> chunk, Span<float> actions);
}
