using EvalCore.Features;

namespace EvalCore.Torch.Processors;

/// <summary><c>unnormalizer_processor</c>: brings actions, and observations where there are some, back to the data's units.</summary>
internal sealed class UnnormalizerProcessor(ProcessorStepContext context) : IProcessorStep, IDisposable
{
    public const string Name = "unnormalizer_processor";

    private readonly FeatureNormalizations _normalizations = new(context);

    /// <summary>What a user should know of the statistics of a feature; null for nothing.</summary>
    public string? Note(string feature) => _normalizations.Note(feature);

    /// <summary>Whether actions are brought back to the data's units.</summary>
    public bool UnnormalizesAction => _normalizations.HasAction;

    /// <summary>The statistics in the step's file, by feature.</summary>
    public IReadOnlyDictionary<string, FeatureStatistics> Statistics => _normalizations.Stored;

    /// <summary>How features of each type are normalised, as the file says.</summary>
    public IReadOnlyDictionary<string, string> NormMap => _normalizations.NormMap;

    public void Process(Transition transition)
    {
        _normalizations.Check(transition.Observation.Keys);
        foreach (var (name, value) in transition.Observation)
        {
            if (_normalizations.TryGet(name, out var normalization))
                transition.Observation[name] = normalization.Unnormalize(value);
        }

        if (transition.Action is not null && _normalizations.Action is { } ofAction)
            transition.Action = ofAction.Unnormalize(transition.Action);
    }

    public void Dispose() => _normalizations.Dispose();
}
