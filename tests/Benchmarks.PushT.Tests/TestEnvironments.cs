using Benchmarks.PushT.Physics;
using Chipmunk;
using EvalCore.Environments;

namespace Benchmarks.PushT.Tests;

/// <summary>Environments, episodes and states for the tests.</summary>
internal static class TestEnvironments
{
    public static readonly EnvTask Task = new PushTConfig().Open().Tasks[0];

    public static PushTEnvironment Keypoints() => new("environment_state_agent_pos");

    public static EpisodeSpec Episode(long seed) => new(Task, 0, seed);

    public static InitialState Initial(ReadOnlySpan<double> s) => new(new Vect(s[0], s[1]), new Vect(s[2], s[3]), s[4]);

    public static double[] State(this PushTEnvironment environment)
    {
        var state = new SimulatorState(environment.StateFields);
        environment.GetState(state);
        return state[0].ToArray();
    }

    public static double[] KeypointsOf(this PushTEnvironment environment)
    {
        double[] keypoints = new double[Physics.Keypoints.Length];
        Physics.Keypoints.Write(environment.Simulation.Block, keypoints);
        return keypoints;
    }

    /// <summary>What <c>obs_type=state</c> observes.</summary>
    public static double[] ObservedState(this PushTEnvironment environment)
    {
        var observation = new Observation(PushTObservation.Types["state"]);
        environment.Observe(observation);
        return observation.Vector(0).ToArray();
    }

    public static Span<double> Row(double[] data, int row, int width) => data.AsSpan(row * width, width);
}
