using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// A policy's side of one episode: its action queue, its observation history, its random generator. Each step goes
/// observe (when needed), infer (when needed), act. Used by one thread at a time.
/// </summary>
public interface IPolicySession : IDisposable
{
    /// <summary>
    /// Whether the next action needs an observation of the present state. A policy with action chunks reads one in
    /// many; what is not read is not rendered.
    /// </summary>
    bool NeedsObservation { get; }

    /// <summary>Takes an observation. The buffer is reused: what is kept must be copied.</summary>
    void Observe(Observation observation);

    /// <summary>Whether the network must run before the next action.</summary>
    bool NeedsInference { get; }

    /// <summary>Takes the next action from the queue.</summary>
    /// <param name="action">Where the action goes, in the environment's units.</param>
    void Act(Span<double> action);
}
