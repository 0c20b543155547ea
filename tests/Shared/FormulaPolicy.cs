using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Tests;

/// <summary>
/// The reference data's policy <c>formula</c> for PushT's keypoints: it repeatedly pushes the centre of the block
/// towards that of the goal, computed in float64.
/// </summary>
internal sealed class FormulaPolicy : IPolicy
{
    public string Type => "formula";

    public IReadOnlyList<string> ObservationKeys { get; } = ["observation.environment_state"];

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
        private readonly double[] _keypoints = new double[16];
        private int _step;

        public bool NeedsObservation => true;

        public bool NeedsInference => false;

        /// <summary>LeRobot passes float32 to the policy.</summary>
        public void Observe(Observation observation)
        {
            var keypoints = observation.Vector("observation.environment_state");
            for (int i = 0; i < _keypoints.Length; i++)
                _keypoints[i] = (float)keypoints[i];
        }

        public void Act(Span<double> action)
        {
            double cx = 0;
            double cy = 0;
            for (int i = 0; i < _keypoints.Length; i += 2)
            {
                cx += _keypoints[i];
                cy += _keypoints[i + 1];
            }

            cx /= 8;
            cy /= 8;
            double dx = 214.11 - cx;
            double dy = 298.26 - cy;
            double n = Math.Sqrt(dx * dx + dy * dy) + 1e-6;
            int phase = _step++ % 20;
            double offset = phase < 8 ? -110 : -110 + 10 * (phase - 7);
            action[0] = (float)Math.Clamp(cx + offset * (dx / n), 0, 512);
            action[1] = (float)Math.Clamp(cy + offset * (dy / n), 0, 512);
        }

        public void Dispose()
        {
        }
    }
}
