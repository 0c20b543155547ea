using Benchmarks.MetaWorld.Simulation;
using Benchmarks.MetaWorld.Tasks;
using EvalCore.Environments;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld;

/// <summary>
/// Meta-World's scripted experts, one rule for each task, without noise, clipped to the action space.
/// </summary>
public sealed class MetaWorldExpert : IPolicy
{
    /// <inheritdoc/>
    public string Type => MetaWorldPolicies.Expert;

    /// <inheritdoc/>
    public IReadOnlyList<string> ObservationKeys { get; } = [MetaWorldObservation.EnvironmentState];

    /// <inheritdoc/>
    public PolicyBatching Batching => PolicyBatching.PerSession;

    /// <inheritdoc/>
    public IReadOnlyDictionary<string, string> Provenance { get; } =
        new Dictionary<string, string> { ["experts"] = "metaworld 3.0.0" };

    /// <inheritdoc/>
    public IPolicySession NewSession(EpisodeSpec episode)
    {
        ArgumentNullException.ThrowIfNull(episode);
        return new Session(Catalog.Get(episode.Task.Name).Expert);
    }

    /// <summary>Never called: an expert's action follows from the observation.</summary>
    public void Infer(IReadOnlyList<IPolicySession> sessions)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>What an expert does when it sees an observation.</summary>
    /// <param name="rule">The expert.</param>
    /// <param name="observation">39 numbers.</param>
    /// <param name="action">Receives 4 float32 numbers in [-1, 1].</param>
    internal static void Act(ExpertRule rule, ReadOnlySpan<double> observation, Span<double> action)
    {
        var seen = new Seen(observation);
        Move move = rule(seen);
        Vec3 way = move.Gain * (move.To - seen.Hand);
        action[0] = Clip(way.X);
        action[1] = Clip(way.Y);
        action[2] = Clip(way.Z);
        action[3] = Clip(move.Effort);

        static double Clip(double value) => Math.Clamp((float)value, -1f, 1f);
    }

    private sealed class Session(ExpertRule rule) : IPolicySession
    {
        private readonly double[] _seen = new double[MetaWorldEnvironment.ObservationLength];

        public bool NeedsObservation => true;

        public bool NeedsInference => false;

        public void Observe(Observation observation) =>
            observation.Vector(MetaWorldObservation.EnvironmentState).CopyTo(_seen);

        public void Act(Span<double> action) => MetaWorldExpert.Act(rule, _seen, action);

        public void Dispose()
        {
        }
    }
}
