using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// The state of a policy in one episode: its action queue, observation history and random generator. Each step calls
/// observe (when needed; all fields, or those of numbers only), infer (when needed) and act. Used by one thread at a time.
/// </summary>
public interface IPolicySession : IDisposable
{
    /// <summary>
    /// Whether the next action needs an observation of the current state. A policy with action chunks needs one only
    /// every few steps; an image that is not read is not rendered.
    /// </summary>
    bool NeedsObservation { get; }

    /// <summary>Reads an observation. The buffer is reused, so data that is kept must be copied.</summary>
    void Observe(Observation observation);

    /// <summary>
    /// Whether the next action needs the numbers of an observation where it needs no image: it is then relative to the state.
    /// It matters where <see cref="NeedsObservation"/> is false.
    /// </summary>
    bool NeedsVectors => false;

    /// <summary>Reads an observation that has no images. The buffer is reused, so data that is kept must be copied.</summary>
    void ObserveVectors(Observation observation)
    {
    }

    /// <summary>Whether the network must run before the next action.</summary>
    bool NeedsInference { get; }

    /// <summary>
    /// Whether <see cref="Act"/> may be called before the actions that it gave earlier were played, as long as nothing else is
    /// needed: the actions are those of a queue. Those that are left when the episode is over are not played. An environment in
    /// another process then gets them all at once.
    /// </summary>
    bool CanActAhead => false;

    /// <summary>Takes the next action from the queue.</summary>
    /// <param name="action">Receives the action, in the environment's units.</param>
    void Act(Span<double> action);

    /// <summary>
    /// Called once when the episode is over, before the session is disposed; not for an episode that is given up.
    /// </summary>
    /// <param name="success">Whether any step succeeded.</param>
    /// <param name="steps">The number of steps.</param>
    /// <exception cref="LostConnectionException">The episode does not count, and must be played again.</exception>
    void End(bool success, int steps)
    {
    }
}
