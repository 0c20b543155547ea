using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Recording;

/// <summary>
/// Plays the recorded actions of episodes, in place of the policy that had chosen them. An episode from its own seed with its own
/// actions is the same episode.
/// </summary>
/// <param name="type">The type of the policy that was recorded.</param>
/// <param name="provenance">The facts that identify it.</param>
/// <param name="read">Reads the recorded steps of an episode.</param>
internal sealed class RecordedPolicy(string type, IReadOnlyDictionary<string, string> provenance, Func<EpisodeKey, RecordedEpisode> read) : IPolicy
{
    public string Type => type;

    public IReadOnlyList<string> ObservationKeys => [];

    public IReadOnlyDictionary<string, string> Provenance => provenance;

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(episode, read(episode.Key));

    public void Dispose()
    {
    }

    private sealed class Session(EpisodeSpec episode, RecordedEpisode recorded) : IPolicySession
    {
        private int _step;

        public bool NeedsObservation => false;

        public bool NeedsInference => false;

        public void Observe(Observation observation)
        {
        }

        public void Act(Span<double> action)
        {
            if (++_step > recorded.Steps || recorded.Layout.ActionDimension != action.Length)
                throw new EvalCoreException($"{episode}: the recorded steps are of another episode: {recorded.Steps} steps, action dimension {recorded.Layout.ActionDimension}");
            recorded.Action(_step).CopyTo(action);
        }

        public void Dispose()
        {
        }
    }
}
