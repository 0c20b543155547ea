namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>to_batch_processor</c>: gives a leading dimension to what has none: a 1-D action or state, a 3-D image.
/// </summary>
internal sealed class ToBatchProcessor : IProcessorStep
{
    public const string Name = "to_batch_processor";

    public void Process(Transition transition)
    {
        if (transition.Action is { } action && action.dim() == 1)
            transition.Action = action.unsqueeze(0);
        foreach (var (name, value) in transition.Observation)
        {
            bool vector = name is "observation.state" or "observation.environment_state";
            bool image = name == "observation.image" || name.StartsWith("observation.images.", StringComparison.Ordinal);
            if ((vector && value.dim() == 1) || (image && value.dim() == 3))
                transition.Observation[name] = value.unsqueeze(0);
        }
    }
}
