using EvalCore.Environments;
using EvalCore.Features;

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

    /// <summary>
    /// Where its files were downloaded from: repositories on the Hugging Face Hub, with the commit of each. For
    /// <c>provenance</c>; what the policy is, the hashes in <see cref="Provenance"/> tell.
    /// </summary>
    IReadOnlyDictionary<string, string> Repositories => new Dictionary<string, string>();

    /// <summary>
    /// The statistics of the data that the policy was trained on, by the environment's names of what it observes, and by
    /// <see cref="Feature.Action"/> for its actions. A run compares with them what is observed and what is done. Empty where
    /// the policy states none; a feature that it changes before it applies its statistics is left out.
    /// </summary>
    IReadOnlyDictionary<string, FeatureStatistics> Statistics => FeatureStatistics.None;

    /// <summary>
    /// How often an episode is played before the run ends, when the policy loses its connection in it
    /// (<see cref="LostConnectionException"/>).
    /// </summary>
    int EpisodeAttempts => 5;

    /// <summary>
    /// Whether <see cref="Infer"/> itself limits how long it waits, as a policy behind a server does. The run then sets no limit of
    /// its own, unless the user gives one (<c>--eval.episode_timeout</c>).
    /// </summary>
    bool LimitsItsWaits => false;

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
    /// <exception cref="LostConnectionException">The episodes must be played again from their initial states.</exception>
    void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }
}
