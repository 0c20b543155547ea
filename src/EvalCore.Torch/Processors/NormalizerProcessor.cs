using EvalCore.Torch.Checkpoints;

namespace EvalCore.Torch.Processors;

/// <summary><c>normalizer_processor</c>: normalises observations, and the action where there is one.</summary>
internal sealed class NormalizerProcessor(FeatureNormalizations normalizations) : IProcessorStep, IDisposable
{
    public void Process(Transition transition)
    {
        foreach (var (name, value) in transition.Observation)
        {
            if (normalizations.TryGet(name, out var normalization))
                transition.Observation[name] = normalization.Normalize(value);
        }

        if (transition.Action is not null && normalizations.TryGet(ObservationNames.Action, out var ofAction))
            transition.Action = ofAction.Normalize(transition.Action);
    }

    public void Dispose() => normalizations.Dispose();
}
