using Benchmarks.MetaWorld.Tasks;
using Benchmarks.MuJoCo;
using EvalCore.Environments;
using EvalCore.Policies;

namespace Benchmarks.MetaWorld;

/// <summary>
/// Meta-World's scripted experts (metaworld 3.0.0, <c>policies/</c>): a rule for each task, without noise, clipped to the
/// action space.
/// </summary>
public sealed class MetaWorldExpert : IPolicy
{
    internal const string TypeName = "expert";

    /// <inheritdoc/>
    public string Type => TypeName;

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

    /// <summary>Is never called: an expert's action follows from the observation.</summary>
    public void Infer(IReadOnlyList<IPolicySession> sessions, CancellationToken cancellation)
    {
    }

    /// <inheritdoc/>
    public void Dispose()
    {
    }

    /// <summary>Computes an expert's action.</summary>
    /// <param name="rule">The expert.</param>
    /// <param name="observation">39 numbers.</param>
    /// <param name="action">Receives 4 float32 numbers in [-1, 1].</param>
    internal static void Act(ExpertRule rule, ReadOnlySpan<double> observation, Span<double> action)
    {
        var obs = new TaskObservation(observation);
        ExpertCommand command = rule(obs);
        Vec3 displacement = command.Gain * (command.To - obs.Hand);
        action[0] = Clip(displacement.X);
        action[1] = Clip(displacement.Y);
        action[2] = Clip(displacement.Z);
        action[3] = Clip(command.Effort);

        static double Clip(double value) => Math.Clamp((float)value, -1f, 1f);
    }

    private sealed class Session(ExpertRule rule) : IPolicySession
    {
        private readonly double[] _observation = new double[MetaWorldEnvironment.ObservationLength];

        public bool NeedsObservation => true;

        public bool NeedsInference => false;

        public void Observe(Observation observation) =>
            observation.Vector(MetaWorldObservation.EnvironmentState).CopyTo(_observation);

        public void Act(Span<double> action) => MetaWorldExpert.Act(rule, _observation, action);

        public void Dispose()
        {
        }
    }
}
