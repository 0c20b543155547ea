using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Processors;

/// <summary><c>normalizer_processor</c>: normalises observations, and the action where there is one.</summary>
internal sealed class NormalizerProcessor(ProcessorStepContext context) : IProcessorStep, IDisposable
{
    public const string Name = "normalizer_processor";

    private readonly FeatureNormalizations _normalizations = new(context);

    public void Process(Transition transition)
    {
        foreach (var (name, value) in transition.Observation)
        {
            if (_normalizations.TryGet(name, out var normalization))
                transition.Observation[name] = normalization.Normalize(value);
        }

        if (transition.Action is not null && _normalizations.TryGet(FeatureNames.Action, out var ofAction))
            transition.Action = ofAction.Normalize(transition.Action);
    }

    public void Dispose() => _normalizations.Dispose();
}
