using EvalCore.Environments;
using EvalCore.Policies;

namespace EvalCore.Tests;

/// <summary>
/// The reference data's policy <c>replay</c> for PushT: episode k plays row k mod 20 of a table of actions
/// (<c>pusht/eval_replay_actions.safetensors</c>), and repeats the last one in longer episodes. It reads no
/// observations.
/// </summary>
internal sealed class ReplayPolicy : IPolicy
{
    private const int Rows = 20;
    private const int Steps = 300;

    private readonly float[] _table;

    public ReplayPolicy()
    {
        using var golden = Goldens.Open("pusht/eval_replay_actions.safetensors");
        _table = golden.Read<float>("action");
    }

    public string Type => "replay";

    public IReadOnlyList<string> ObservationKeys => [];

    public PolicyBatching Batching => PolicyBatching.PerSession;

    public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string>();

    /// <summary>The action of an episode's step.</summary>
    public ReadOnlySpan<float> Action(int episode, int step) =>
        _table.AsSpan(2 * (episode % Rows * Steps + Math.Min(step, Steps - 1)), 2);

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(this, episode.Index);

    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }

    public void Dispose()
    {
    }

    private sealed class Session(ReplayPolicy policy, int episode) : IPolicySession
    {
        private int _step;

        public bool NeedsObservation => false;

        public bool NeedsInference => false;

        public void Observe(Observation observation)
        {
        }

        public void Act(Span<double> action)
        {
            var row = policy.Action(episode, _step++);
            (action[0], action[1]) = (row[0], row[1]);
        }

        public void Dispose()
        {
        }
    }
}
