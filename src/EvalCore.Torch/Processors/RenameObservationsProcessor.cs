namespace EvalCore.Torch.Processors;

/// <summary>
/// <c>rename_observations_processor</c>: new names for observations; the others keep theirs, and all their order. Of two that
/// get one name the later one is kept.
/// </summary>
internal sealed class RenameObservationsProcessor(ProcessorStepContext context) : IProcessorStep
{
    public const string Name = "rename_observations_processor";

    private readonly Dictionary<string, string> _renameMap = context.Config<Fields>().RenameMap;

    public void Process(Transition transition)
    {
        if (_renameMap.Count == 0)
            return;
        var renamed = new Dictionary<string, TorchSharp.torch.Tensor>();
        foreach (var (name, value) in transition.Observation)
            renamed[NewName(_renameMap, name)] = value;
        transition.Observation = renamed;
    }

    public static string NewName(IReadOnlyDictionary<string, string> renameMap, string name) =>
        renameMap.TryGetValue(name, out string? renamed) ? renamed : name;

    private sealed class Fields
    {
        public Dictionary<string, string> RenameMap { get; set; } = [];
    }
}
