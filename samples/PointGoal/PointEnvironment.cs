using EvalCore.Environments;
using EvalCore.Numerics;

namespace PointGoal;

/// <summary>A point on a table of 2 m x 2 m must come within 5 cm of a goal; both are drawn from the episode's seed.</summary>
public sealed class PointEnvironment(PointBenchmark benchmark) : IEnvironment
{
    private readonly double[] _state = new double[4];
    private int _steps;

    public ObservationSpace ObservationSpace => benchmark.ObservationSpace;

    public ActionSpace ActionSpace => benchmark.ActionSpace;

    public int MaxEpisodeSteps => 40;

    public void Reset(EpisodeSpec episode)
    {
        var random = Generator.DefaultRng((ulong)episode.Seed);
        for (int i = 0; i < _state.Length; i++)
            _state[i] = random.Uniform(-1, 1);
        _steps = 0;
    }

    public StepResult Step(ReadOnlySpan<double> action)
    {
        ActionSpace.Check(action, "the point");
        for (int i = 0; i < 2; i++)
            _state[i] = Math.Clamp(_state[i] + Math.Clamp(action[i], -0.1, 0.1), -1, 1);
        double distance = double.Hypot(_state[0] - _state[2], _state[1] - _state[3]);
        bool success = distance < 0.05;
        return new StepResult(-distance, Terminated: success, Truncated: ++_steps >= MaxEpisodeSteps, success);
    }

    public void Observe(Observation observation) => _state.CopyTo(observation.Vector(PointBenchmark.State));

    public void Dispose() { }
}
