using EvalCore.Environments;
using EvalCore.Policies;

namespace Benchmarks.Libero.Tests;

/// <summary>
/// The policy of the recorded evaluation: it waves the arm, the same in every episode. It reads the observation, so that what an
/// episode observes is part of its result.
/// </summary>
internal sealed class WavingPolicy(params string[] keys) : IPolicy
{
    public string Type => "waving";

    public IReadOnlyList<string> ObservationKeys { get; } = keys;

    public PolicyBatching Batching => PolicyBatching.PerSession;

    public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

    /// <summary>A sum of all that was observed, by episode.</summary>
    public System.Collections.Concurrent.ConcurrentDictionary<EpisodeKey, double> Seen { get; } = new();

    /// <summary>The action of a step, 7 numbers, rounded to float32.</summary>
    public static void Act(int t, Span<double> action)
    {
        action[0] = (float)(0.3 * Math.Sin(0.2 * t));
        action[1] = (float)(0.2 * Math.Cos(0.15 * t));
        action[2] = t < 20 ? -0.4f : 0.1f;
        action[3] = (float)(0.05 * Math.Sin(0.1 * t));
        action[4] = 0;
        action[5] = (float)(0.1 * Math.Cos(0.3 * t));
        action[6] = t < 25 ? -1 : 1;
    }

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(this, episode.Key);

    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Session(WavingPolicy policy, EpisodeKey episode) : IPolicySession
    {
        private int _step;

        public bool NeedsObservation => policy.ObservationKeys.Count > 0;

        public bool NeedsInference => false;

        public void Observe(Observation observation)
        {
            double sum = 0;
            for (int i = 0; i < observation.Space.Count; i++)
            {
                foreach (double number in observation.Vector(i))
                    sum = sum * 31 + number;
                foreach (byte level in observation.Image(i))
                    sum = Math.IEEERemainder(sum * 3 + level, 1e12);
            }

            policy.Seen.AddOrUpdate(episode, sum, (_, before) => Math.IEEERemainder(before * 3 + sum, 1e12));
        }

        public void Act(Span<double> action) => WavingPolicy.Act(_step++, action);

        public void Dispose()
        {
        }
    }
}
