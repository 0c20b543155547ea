using EvalCore.Features;

namespace EvalCore.Torch.Processors;

/// <summary><c>normalizer_processor</c>: normalises observations, and the action where there is one.</summary>
internal sealed class NormalizerProcessor(ProcessorStepContext context) : IProcessorStep, IDisposable
{
    public const string Name = "normalizer_processor";

    private readonly FeatureNormalizations _normalizations = new(context);

    /// <summary>What a user should know of the statistics of a feature; null for nothing.</summary>
    public string? Note(string feature) => _normalizations.Note(feature);

    /// <summary>Whether an observation is normalised.</summary>
    public bool Normalizes(string feature) => _normalizations.Has(feature);

    /// <summary>The features that pass unchanged because LeRobot's migration script has renamed their statistics, a line about each.</summary>
    public IReadOnlyDictionary<string, string> Renamed => _normalizations.Renamed;

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
                transition.Observation[name] = normalization.Normalize(value);
        }

        if (transition.Action is not null && _normalizations.Action is { } ofAction)
            transition.Action = ofAction.Normalize(transition.Action);
    }

    public void Dispose() => _normalizations.Dispose();
}
