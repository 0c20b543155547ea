using System.Security.Cryptography;
using EvalCore.Environments;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld.Tests;

/// <summary>
/// Reads an image in 200 steps and derives its actions from the bytes: if one byte differs, the episode differs.
/// </summary>
internal sealed class ImagePolicy : IPolicy
{
    public string Type => "image";

    public IReadOnlyList<string> ObservationKeys { get; } = [MetaWorldObservation.Image];

    public PolicyBatching Batching => PolicyBatching.PerSession;

    public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

    public IPolicySession NewSession(EpisodeSpec episode) => new Session();

    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Session : IPolicySession
    {
        private Random _random = null!;
        private int _step;

        public bool NeedsObservation => _step % 200 == 0;

        public bool NeedsInference => false;

        public void Observe(Observation observation) =>
            _random = new Random(BitConverter.ToInt32(SHA256.HashData(observation.Image(0))));

        public void Act(Span<double> action)
        {
            _step++;
            foreach (ref double number in action)
                number = (float)(2 * _random.NextDouble() - 1);
        }

        public void Dispose()
        {
        }
    }
}
