using EvalCore.Environments;
using EvalCore.Policies;

namespace MetaWorld.Benchmarks;

/// <summary>A policy that asks for an observation at every step, as lerobot-eval does for every policy.</summary>
internal sealed class EagerPolicy(IPolicy policy) : IPolicy
{
    public string Type => policy.Type;

    public IReadOnlyList<string> ObservationKeys => policy.ObservationKeys;

    public PolicyBatching Batching => policy.Batching;

    public IReadOnlyDictionary<string, string> Provenance => policy.Provenance;

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(policy.NewSession(episode));

    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation) =>
        policy.Infer([.. sessions.Select(session => ((Session)session).Inner)], cancellation);

    public void Dispose()
    {
    }

    private sealed class Session(IPolicySession inner) : IPolicySession
    {
        public IPolicySession Inner => inner;

        public bool NeedsObservation => true;

        public bool NeedsInference => inner.NeedsInference;

        public void Observe(Observation observation)
        {
            if (inner.NeedsObservation)
                inner.Observe(observation);
        }

        public void Act(Span<double> action) => inner.Act(action);

        public void Dispose() => inner.Dispose();
    }
}
