using EvalCore.Environments;
using EvalCore.Policies;

namespace Libero.Benchmarks;

/// <summary>
/// A policy that costs nothing: it waves the arm, the same in every episode, and reads an observation at the first step of each
/// chunk of actions.
/// </summary>
/// <param name="chunk">Actions for each observation; 0 for a policy that observes nothing.</param>
internal sealed class ChunkPolicy(int chunk) : IPolicy
{
    public string Type => "chunk";

    public IReadOnlyList<string> ObservationKeys { get; } =
        chunk == 0 ? [] : ["observation.images.image", "observation.images.image2", "observation.state"];

    public PolicyBatching Batching => PolicyBatching.PerSession;

    public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(chunk);

    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Session(int chunk) : IPolicySession
    {
        private int _step;

        public bool NeedsObservation => chunk > 0 && _step % chunk == 0;

        public bool NeedsInference => false;

        public void Observe(Observation observation)
        {
        }

        public void Act(Span<double> action)
        {
            int t = _step++;
            action.Clear();
            action[0] = 0.3 * Math.Sin(0.2 * t);
            action[1] = 0.2 * Math.Cos(0.15 * t);
            action[2] = t < 20 ? -0.4 : 0.1;
            action[6] = t < 25 ? -1 : 1;
        }

        public void Dispose()
        {
        }
    }
}
