using EvalCore.Environments;

namespace EvalCore.Policies;

/// <summary>
/// A policy that can play any number of episodes at once. All state of an episode is in its session, so an episode's
/// actions do not depend on which others are in flight.
/// </summary>
public interface IPolicy : IDisposable
{
    /// <summary>The policy's type, for example <c>act</c>.</summary>
    string Type { get; }

    /// <summary>The observation fields that the policy reads. Other fields are never computed.</summary>
    IReadOnlyList<string> ObservationKeys { get; }

    /// <summary>How <see cref="Infer"/> is called.</summary>
    PolicyBatching Batching => PolicyBatching.PerSession;

    /// <summary>The facts that identify the policy in <c>provenance</c>: file hashes, versions, device.</summary>
    IReadOnlyDictionary<string, string> Provenance { get; }

    /// <summary>Starts an episode.</summary>
    IPolicySession NewSession(EpisodeSpec episode);

    /// <summary>
    /// Runs the network for sessions that need it (<see cref="IPolicySession.NeedsInference"/>), and refills their
    /// action queues. With <see cref="PolicyBatching.PerSession"/> there is exactly one session, and calls come from
    /// several threads at once.
    /// </summary>
    /// <param name="sessions">The sessions.</param>
    /// <param name="cancellation">Cancelled when the run stops; a call that waits should then end.</param>
    /// <exception cref="OperationCanceledException">The call was cancelled.</exception>
    void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }
}
