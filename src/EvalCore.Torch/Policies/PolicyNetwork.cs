using static TorchSharp.torch;

namespace EvalCore.Torch.Policies;

/// <summary>
/// The network of a policy, without the loop around it. It has no state that inference changes, so several threads may run
/// it at once.
/// </summary>
internal abstract class PolicyNetwork : IDisposable
{
    /// <summary>How many observations it reads: the present one and those before it.</summary>
    public abstract int ObservationSteps { get; }

    /// <summary>How many parameters it has.</summary>
    public abstract long Parameters { get; }

    /// <summary>Called with the name PyTorch gives a module and its output, as a forward hook would be; null to save the time.</summary>
    public Action<string, Tensor>? ForwardHook { get; set; }

    /// <summary>Predicts action chunks.</summary>
    /// <param name="observation">
    /// What the pre-processor gave, by name: [B * <see cref="ObservationSteps"/>, ...], for each episode the oldest first.
    /// </param>
    /// <param name="noise">The random numbers of each episode.</param>
    /// <returns>[B, steps, numbers per action], in the policy's units.</returns>
    public abstract Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<INoise> noise);

    /// <summary>How an episode's actions are taken from the chunks.</summary>
    public abstract IActionSelection NewActionSelection();

    /// <inheritdoc/>
    public abstract void Dispose();
}
