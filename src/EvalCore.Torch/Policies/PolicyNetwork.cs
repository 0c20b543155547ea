using static TorchSharp.torch;

namespace EvalCore.Torch.Policies;

/// <summary>
/// The network of a policy. What inference changes is in the <see cref="EpisodeState"/> of each row, so several threads may
/// run the network at once.
/// </summary>
internal abstract class PolicyNetwork : IDisposable
{
    /// <summary>How many observations it reads: the present one and those before it.</summary>
    public abstract int ObservationSteps { get; }

    /// <summary>How many actions one forward pass gives to the action queue.</summary>
    public abstract int ActionSteps { get; }

    /// <summary>How many parameters it has.</summary>
    public abstract long Parameters { get; }

    /// <summary>What a user should know of the parameters, one line each.</summary>
    public virtual IReadOnlyList<string> Notes => [];

    /// <summary>Called with the name that PyTorch gives a module and its output, as a forward hook would be; null: not called.</summary>
    public Action<string, Tensor>? ForwardHook { get; set; }

    /// <summary>
    /// What the network keeps of an episode between forward passes, for a new episode; null where it keeps nothing.
    /// </summary>
    public virtual IDisposable? NewMemory() => null;

    /// <summary>Predicts action chunks.</summary>
    /// <param name="observation">
    /// The output of the pre-processor, by name: [B * <see cref="ObservationSteps"/>, ...], for each episode the oldest
    /// first.
    /// </param>
    /// <param name="episodes">The state of each row's episode.</param>
    /// <returns>[B, steps, action dimension] in the policy's units, on the network's device.</returns>
    public abstract Tensor PredictActionChunk(IReadOnlyDictionary<string, Tensor> observation, IReadOnlyList<EpisodeState> episodes);

    /// <summary>Selects the actions to play from new chunks: by default the first ones.</summary>
    /// <param name="chunk">[B, steps, action dimension].</param>
    /// <param name="episodes">The state of each row's episode.</param>
    /// <returns>[B, <see cref="ActionSteps"/>, action dimension], on the same device.</returns>
    public virtual Tensor SelectActions(Tensor chunk, IReadOnlyList<EpisodeState> episodes) => chunk.narrow(1, 0, ActionSteps);

    /// <inheritdoc/>
    public abstract void Dispose();
}
