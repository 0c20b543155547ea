namespace EvalCore.Torch.Processors;

/// <summary><c>rename_observations_processor</c>: new names for observations; the others keep theirs, and all their order.</summary>
internal sealed class RenameObservationsProcessor(IReadOnlyDictionary<string, string> renameMap) : IProcessorStep
{
    public void Process(Transition transition)
    {
        if (renameMap.Count > 0)
            transition.Observation = transition.Observation.ToDictionary(entry => NewName(renameMap, entry.Key), entry => entry.Value);
    }

    public static string NewName(IReadOnlyDictionary<string, string> renameMap, string name) =>
        renameMap.TryGetValue(name, out string? renamed) ? renamed : name;
}
