namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>smolvla_new_line_processor</c>, <c>pi0_new_line_processor</c>: an instruction ends with a line break, as PaliGemma's
/// prompts do.
/// </summary>
internal sealed class NewLineProcessor : IProcessorStep
{
    public void Process(Transition transition) =>
        transition.Task = [.. transition.Task.Select(task => task.EndsWith('\n') ? task : task + "\n")];
}
