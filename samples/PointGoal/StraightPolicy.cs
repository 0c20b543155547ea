using System.ComponentModel;
using System.ComponentModel.DataAnnotations;
using EvalCore.Environments;
using EvalCore.Policies;

namespace PointGoal;

/// <summary>A source of one built-in policy: <c>--policy.type=straight</c>.</summary>
public sealed class StraightPolicies : IPolicySource
{
    public IReadOnlyDictionary<string, string> Types { get; } = new Dictionary<string, string> { ["straight"] = "goes straight to the goal" };

    public bool Plays(string type, EnvConfig env) => env is PointConfig;

    public PolicyConfig NewConfig(string type) => new StraightConfig();
}

/// <summary>The flags <c>--policy.*</c>.</summary>
public sealed class StraightConfig : PolicyConfig
{
    public override string Type => "straight";

    [Description("the part of the remaining distance that a step covers")]
    [Range(0.0, 1.0)]
    public double Gain { get; set; } = 0.5;

    public override IPolicy Make(PolicyContext context) => new StraightPolicy(Gain);
}

/// <summary>Goes straight to the goal. It has no network: each observation gives an action at once.</summary>
public sealed class StraightPolicy(double gain) : IPolicy
{
    public string Type => "straight";

    public IReadOnlyList<string> ObservationKeys { get; } = [PointBenchmark.State];

    public IReadOnlyDictionary<string, string> Provenance { get; } = new Dictionary<string, string> { ["gain"] = $"{gain}" };

    public IPolicySession NewSession(EpisodeSpec episode) => new Session(gain);

    public void Dispose() { }

    private sealed class Session(double gain) : IPolicySession
    {
        private readonly double[] _state = new double[4];

        public bool NeedsObservation => true;

        public bool NeedsInference => false;

        public void Observe(Observation observation) => observation.Vector(PointBenchmark.State).CopyTo(_state);

        public void Act(Span<double> action) => (action[0], action[1]) = (gain * (_state[2] - _state[0]), gain * (_state[3] - _state[1]));

        public void Dispose() { }
    }
}
